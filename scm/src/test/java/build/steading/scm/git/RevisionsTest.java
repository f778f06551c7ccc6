// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.MemoryBlobStore;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.source.Revision;
import build.steading.source.SourceRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectInserter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevisionsTest {
    @TempDir
    private Path temp;

    private GitRepositories repositories;
    private Git git;
    private SourceRepository source;

    @BeforeEach
    void begin() throws IOException {
        git = Git.init(temp.resolve("repository"));
        repositories = new GitRepositories(new MemoryBlobStore(), temp.resolve("state"));
        source = repositories.open(git.directory());
    }

    @AfterEach
    void end() {
        repositories.close();
    }

    @Test
    void emptyExpressionIsTheCurrentBranch() throws IOException {
        var commit = git.write("a", "1").commit("Say something\n\nAnd more");
        git.run("checkout", "-q", "-b", "topic/x");

        assertThat(source.resolve(""))
                .isEqualTo(new Revision(
                        commit,
                        git.run("rev-parse", "HEAD^{tree}"),
                        "topic/x",
                        false,
                        Instant.parse("2026-01-02T03:04:05Z"),
                        "Say something"));
        assertThat(source.resolve("HEAD")).isEqualTo(source.resolve(""));
        assertThat(source.resolve("@")).isEqualTo(source.resolve(""));
    }

    @Test
    void detachedHeadIsNamedByItsCommit() {
        var commit = git.commit("one");
        git.run("checkout", "-q", "--detach");

        assertThat(source.resolve("").name()).isEqualTo(commit.substring(0, 12));
        assertThat(source.resolve("").commit()).isEqualTo(commit);
    }

    @Test
    void branchesAndTagsNameTheRevision() {
        var one = git.commit("one");
        git.run("tag", "-a", "v1.0", "-m", "annotated");
        git.run("tag", "light");
        git.run("update-ref", "refs/remotes/origin/far", one);
        git.commit("two");

        for (var name : new String[] {"v1.0", "light", "origin/far"}) {
            assertThat(source.resolve(name).name()).isEqualTo(name);
            assertThat(source.resolve(name).commit()).isEqualTo(one);
        }
        assertThat(source.resolve("refs/heads/main").name()).isEqualTo("main");
        assertThat(source.resolve("v1.0^{commit}").name()).isEqualTo("v1.0");
        assertThat(source.resolve("v1.0^{commit}").commit()).isEqualTo(one);
    }

    @Test
    void expressionsAndCommitsAreNamedByTheCommit() {
        var one = git.commit("one");
        git.commit("two");
        git.commit("three");

        for (var name : new String[] {"HEAD~2", "main^^", "main~1^", one, one.substring(0, 7), " " + one + " "}) {
            assertThat(source.resolve(name).commit()).as(name).isEqualTo(one);
            assertThat(source.resolve(name).name()).as(name).isEqualTo(one.substring(0, 12));
        }
    }

    @Test
    void unknownNameGetsTheNearestOnes() {
        git.commit("one");
        git.run("branch", "feature");
        git.run("tag", "v1.0");
        git.run("update-ref", "refs/remotes/origin/topic", "HEAD");

        assertNotFound("featrue", "did you mean `feature`?");
        assertNotFound("v1.1", "did you mean `v1.0`?");
        assertNotFound("topic", "did you mean `origin/topic`?");
        assertNotFound("featrue~1", "did you mean `feature`?");
        assertThatThrownBy(() -> source.resolve("nothing-like-it"))
                .hasMessage(
                        "`nothing-like-it` is not a branch, tag or commit of `%s`: only committed revisions can be"
                                + " built",
                        git.directory());
    }

    @Test
    void unknownCommitIsNotFound() {
        git.commit("one");

        assertNotFound("0123456789012345678901234567890123456789", "is not a branch, tag or commit");
        assertNotFound("01234567", "is not a branch, tag or commit");
        assertNotFound("HEAD~1", "`HEAD~1` is beyond the history of `HEAD`");
    }

    @Test
    void whatIsNoCommitIsInvalid() throws IOException {
        git.write("a", "1").commit("one");

        for (var name : new String[] {"HEAD:a", "HEAD^{tree}", "main..HEAD", "..", "a b"}) {
            assertThatThrownBy(() -> source.resolve(name))
                    .as(name)
                    .satisfies(
                            e -> assertThat(((SteadingException) e).failure()).isInstanceOf(Failure.Invalid.class));
        }
    }

    @Test
    void ambiguousAbbreviationListsTheCandidates() {
        var seen = new HashMap<String, String>();
        var commit = git.commit("one");
        for (var i = 0; seen.putIfAbsent(commit.substring(0, 4), commit) == null; i++) {
            commit = git.run("commit-tree", "-m", "commit " + i, "HEAD^{tree}");
        }
        var other = seen.get(commit.substring(0, 4));
        var first = commit.compareTo(other) < 0 ? commit : other;
        var second = first.equals(commit) ? other : commit;

        var abbreviated = commit.substring(0, 4);
        assertThatThrownBy(() -> source.resolve(abbreviated))
                .isInstanceOf(SteadingException.class)
                .hasMessage(
                        "`%s` is ambiguous in `%s`: it may be `%s` or `%s`",
                        abbreviated, git.directory(), first, second);
    }

    @Test
    void abbreviationThatOnlyOneCommitHasIsNotAmbiguous() throws IOException {
        var commit = git.commit("one");
        var prefix = commit.substring(0, 4);
        for (var i = 0; ; i++) {
            if (blobId("content " + i).startsWith(prefix)) {
                var file = Files.writeString(temp.resolve("blob"), "content " + i);
                git.run("hash-object", "-w", file.toString());
                break;
            }
        }

        assertThat(source.resolve(prefix).commit()).isEqualTo(commit);
    }

    @Test
    void repositoryWithoutCommitsSaysSo() {
        assertNotFound("", "Branch `main` of `" + git.directory() + "` has no commits yet");
        assertNotFound("main", "has no commits yet");
    }

    @Test
    void unbornBranchBesideOthersSaysSo() {
        git.commit("one");
        git.run("checkout", "-q", "--orphan", "fresh");

        assertNotFound("", "Branch `fresh` of");
        assertThat(source.resolve("main").name()).isEqualTo("main");
    }

    @Test
    void newCommitsAndBranchesAreSeenAtOnce() {
        var one = git.commit("one");
        assertThat(source.resolve("").commit()).isEqualTo(one);
        var two = git.commit("two");
        assertThat(source.resolve("").commit()).isEqualTo(two);
        git.run("branch", "b", one);
        git.run("pack-refs", "--all");
        git.run("gc", "-q");

        assertThat(source.resolve("b").commit()).isEqualTo(one);
        assertThat(source.resolve("").commit()).isEqualTo(two);
    }

    @Test
    void ancestryIsNearestFirstAndBounded() {
        var one = git.commit("one");
        var two = git.commit("two");
        var three = git.commit("three");

        assertThat(source.ancestry(source.resolve(""), 10)).containsExactly(three, two, one);
        assertThat(source.ancestry(source.resolve(""), 2)).containsExactly(three, two);
        assertThat(source.ancestry(source.resolve(""), 0)).isEmpty();
    }

    private static String blobId(String content) {
        return new ObjectInserter.Formatter()
                .idFor(Constants.OBJ_BLOB, content.getBytes(UTF_8))
                .name();
    }

    private void assertNotFound(String expression, String message) {
        assertThatThrownBy(() -> source.resolve(expression))
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(((SteadingException) e).failure()).isInstanceOf(Failure.NotFound.class));
    }
}
