// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.blob.MemoryBlobStore;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoryKindsTest {
    @TempDir
    private Path temp;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private GitRepositories repositories;
    private Git git;

    @BeforeEach
    void begin() throws IOException {
        repositories = new GitRepositories(blobs, temp.resolve("state"));
        git = Git.init(temp.resolve("repository"));
        git.write("a", "1\n").write("dir/b", "2\n").commit("one");
        git.write("a", "1\nand more\n").commit("two");
    }

    @AfterEach
    void end() {
        repositories.close();
    }

    @Test
    void repositoryIsFoundFromAnywhereInside() throws IOException {
        var root = git.directory().toRealPath();

        assertThat(repositories.open(git.directory().resolve("dir")).root()).isEqualTo(root);
        assertThat(repositories.open(git.directory().resolve("dir/b")).root()).isEqualTo(root);
        assertThat(repositories.open(git.directory().resolve("not/yet/there")).root())
                .isEqualTo(root);
        assertThat(repositories.open(git.directory().resolve(".git/refs")).root())
                .isEqualTo(root);
        var link =
                Files.createSymbolicLink(temp.resolve("link"), git.directory().resolve("dir"));
        assertThat(repositories.open(link).root()).isEqualTo(root);
    }

    @Test
    void placeOutsideAnyRepositoryIsNotFound() {
        var place = temp.resolve("elsewhere");

        assertThatThrownBy(() -> repositories.open(place))
                .hasMessageStartingWith("`" + place + "` is not inside a git repository")
                .satisfies(e -> assertThat(((SteadingException) e).failure()).isInstanceOf(Failure.NotFound.class));
    }

    @Test
    void brokenLinkToRepositoryIsNamed() throws IOException {
        var directory = Files.createDirectories(temp.resolve("broken"));
        Files.writeString(directory.resolve(".git"), "gitdir: ../gone\n");

        assertThatThrownBy(() -> repositories.open(directory))
                .hasMessage(
                        "`%s` points to `%s`, which is not a git repository",
                        directory.resolve(".git"), temp.resolve("gone"));
    }

    @Test
    void bareRepositoryIsRead() throws IOException {
        var bare = temp.resolve("bare.git");
        git.run("clone", "-q", "--bare", git.directory().toString(), bare.toString());

        assertReads(bare, "");
        assertThat(repositories.open(bare.resolve("refs")).root()).isEqualTo(bare);
    }

    @Test
    void linkedWorkingTreeHasItsOwnHead() throws IOException {
        var linked = temp.resolve("linked");
        git.run("worktree", "add", "-q", "-b", "other", linked.toString(), "HEAD~1");

        assertReads(linked, "");
        assertThat(repositories.open(linked).resolve("").name()).isEqualTo("other");
        assertThat(repositories.open(linked).root()).isEqualTo(linked);
    }

    @Test
    void linkedWorkingTreeOfBareRepositoryIsRead() throws IOException {
        var bare = temp.resolve("bare.git");
        git.run("clone", "-q", "--bare", git.directory().toString(), bare.toString());
        var linked = temp.resolve("linked");
        new Git(bare).run("worktree", "add", "-q", linked.toString(), "-b", "other");
        new Git(linked).write("new", "3");

        assertReads(linked, "");
        var source = repositories.open(linked);
        assertThat(Listing.of(blobs, source.tree(source.snapshot(), false))).containsEntry("new", "100644 3");
    }

    @Test
    void packedRepositoryIsReadWhenItIsPackedMeanwhile() throws IOException {
        assertReads(git.directory(), "HEAD~1");
        git.run("gc", "-q", "--aggressive", "--prune=now");

        assertReads(git.directory(), "");
        git.write("c", "3").commit("three");
        git.run("repack", "-q", "-a", "-d");
        assertReads(git.directory(), "");
    }

    @Test
    void shallowCloneIsReadUpToItsEnd() throws IOException {
        var clone = temp.resolve("shallow");
        git.run("clone", "-q", "--depth", "1", "file://" + git.directory(), clone.toString());

        assertReads(clone, "");
        var source = repositories.open(clone);
        assertThat(source.ancestry(source.resolve(""), 10)).hasSize(1);
        assertThatThrownBy(() -> source.resolve("HEAD~1")).hasMessageContaining("git fetch --unshallow");
    }

    @Test
    void alternatesAreReadEvenWhenAddedLater() throws IOException {
        var borrower = temp.resolve("borrower");
        git.run("clone", "-q", "--shared", git.directory().toString(), borrower.toString());
        assertReads(borrower, "");

        var late = Git.init(temp.resolve("late"));
        late.write("x", "1").commit("x");
        assertReads(late.directory(), "");
        late.write(".git/objects/info/alternates", git.directory().resolve(".git/objects") + "\n");
        late.run("update-ref", "refs/heads/borrowed", git.run("rev-parse", "HEAD"));
        assertReads(late.directory(), "borrowed");
    }

    @Test
    void reftableIsRead() throws IOException {
        var commit = git.run("rev-parse", "HEAD");
        try (var repository = new FileRepository(git.directory().resolve(".git").toFile())) {
            repository.convertRefStorage("reftable", true, false);
        }
        assertThat(git.directory().resolve(".git/reftable")).isDirectory();

        var revision = repositories.open(git.directory()).resolve("main");
        assertThat(revision.commit()).isEqualTo(commit);
        assertThat(repositories.open(git.directory()).resolve("").name()).isEqualTo("main");
    }

    @Test
    void sha256RepositoryIsRefused() throws IOException {
        var other = Git.init(temp.resolve("sha256"), "--object-format=sha256");
        other.commit("one");

        assertThatThrownBy(() -> repositories.open(other.directory()))
                .hasMessage(
                        "Git repository `%s` names its objects by `sha256`: only `sha1` is supported",
                        other.directory().resolve(".git"))
                .satisfies(e -> assertThat(((SteadingException) e).failure()).isInstanceOf(Failure.Invalid.class));
    }

    @Test
    void repositoryOfSomebodyElseIsReadWithoutWriting() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can give files away");
        var nobody =
                git.directory().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        try (var files = Files.walk(git.directory())) {
            for (var file : files.toList()) {
                Files.setOwner(file, nobody);
            }
        }

        var source = repositories.open(git.directory());
        assertThat(Listing.of(blobs, source.tree(source.resolve("HEAD~1"), false)))
                .containsEntry("a", "100644 1\n");
    }

    @Test
    void repositoryMadeAnewInTheSamePlaceIsSeen() throws IOException {
        assertReads(git.directory(), "");
        Files.move(git.directory(), temp.resolve("moved"));
        var anew = Git.init(git.directory());
        anew.write("other", "content").commit("anew");

        assertReads(git.directory(), "");
    }

    @Test
    void repositoryThatHasGoneIsNotFound() throws IOException {
        var source = repositories.open(git.directory());
        Files.move(git.directory(), temp.resolve("moved"));

        assertThatThrownBy(() -> source.resolve("")).hasMessageContaining("is no longer there");
    }

    @Test
    void brokenConfigurationIsInvalid() throws IOException {
        git.write(".git/config", "[core\nnonsense");

        assertThatThrownBy(() -> repositories.open(git.directory()))
                .hasMessageStartingWith("Git repository `" + git.directory().resolve(".git") + "` cannot be opened");
    }

    @Test
    void manyRepositoriesAreReadThoughFewStayOpen() throws IOException {
        for (var i = 0; i < 20; i++) {
            var each = Git.init(temp.resolve("r" + i));
            each.write("f", "content " + i).commit("one");
            assertReads(each.directory(), "");
        }
    }

    @Test
    void readingWritesNothing() throws IOException {
        git.write("untracked", "new").write("a", "changed").run("tag", "v1");
        git.run("pack-refs", "--all");
        var before = Fingerprint.of(git.directory());
        var source = repositories.open(git.directory().resolve("dir"));
        source.tree(source.resolve("v1"), false);
        source.tree(source.resolve(""), true);
        source.tree(source.snapshot(), true);
        source.ancestry(source.resolve(""), 10);
        repositories.close();

        assertThat(Fingerprint.of(git.directory()).entrySet()).isEqualTo(before.entrySet());
    }

    private void assertReads(Path place, String revision) throws IOException {
        var source = repositories.open(place);
        var resolved = source.resolve(revision);
        assertThat(Listing.of(blobs, source.tree(resolved, false)))
                .isEqualTo(Listing.of(new Git(place), resolved.commit()));
    }
}
