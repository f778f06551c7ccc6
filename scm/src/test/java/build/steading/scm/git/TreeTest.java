// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.Directory;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeTest {
    @TempDir
    private Path temp;

    private final FlakyBlobs blobs = new FlakyBlobs();
    private GitRepositories repositories;
    private Git git;

    @BeforeEach
    void begin() throws IOException {
        git = Git.init(temp.resolve("repository"));
        repositories = new GitRepositories(blobs, temp.resolve("state"));
    }

    @AfterEach
    void end() {
        repositories.close();
    }

    @Test
    void treeHoldsWhatGitHolds() throws IOException {
        git.write("README", "hello\n")
                .write("src/main.c", "int main(void) { return 0; }\n")
                .write("src/deep/er/still/x.h", "#pragma once\n")
                .write("src-generated", "sorts between src and src/ in git\n")
                .write("src.d/y", "")
                .write("empty", "")
                .write("run.sh", "#!/bin/sh\n")
                .mode("run.sh", "rwxr-xr-x")
                .link("dangling", "nowhere/at all")
                .link("absolute", "/etc/passwd")
                .link("src/up", "../README")
                .commit("all sorts");

        assertConverted();
    }

    @Test
    void namesOutsideAsciiAndOddOnesAreKept() throws IOException {
        git.write("größe/naïve ☃ \ud83d\ude00.txt", "1")
                .write("\uff5efullwidth", "sorts before the emoji in UTF-8, not in UTF-16")
                .write("\ud83d\ude00", "emoji")
                .write("with \"quotes\" and 'others'", "2")
                .write("new\nline\tand tab\\", "3")
                .write(" leading and trailing ", "4")
                .write("-rf", "5")
                .commit("odd");

        assertConverted();
    }

    @Test
    void neitherFiltersNorExportAttributesChangeWhatIsBuilt() throws IOException {
        git.write(".gitattributes", "*.txt text eol=crlf\nsecret export-ignore\nid ident\n")
                .write("a.txt", "one\ntwo\n")
                .write("secret", "kept")
                .write("id", "$Id$")
                .commit("attributes");

        assertConverted();
    }

    @Test
    void nameThatIsNotUtf8IsRefusedWithItsPath() throws IOException {
        git.write("a", "content").commit("one");
        var blob = git.run("rev-parse", "HEAD:a");
        var list = new ByteArrayOutputStream();
        list.writeBytes(("100644 blob " + blob + "\tcaf").getBytes(UTF_8));
        list.write(0xe9);
        list.write(0);
        var index = Files.write(temp.resolve("list"), list.toByteArray());
        var inner = mktree(index);
        var outer = mktree(Files.writeString(temp.resolve("outer"), "040000 tree " + inner + "\tdir\0"));
        var commit = git.run("commit-tree", "-m", "bad", outer);

        var source = repositories.open(git.directory());
        var revision = source.resolve(commit);
        assertThatThrownBy(() -> source.tree(revision, false))
                .isInstanceOf(SteadingException.class)
                .hasMessage("`caf\\xe9` in directory `dir` is not a name in UTF-8: rename it");
    }

    @Test
    void nextCommitCostsItsChangedDirectoriesOnly() throws IOException {
        for (var i = 0; i < 20; i++) {
            for (var j = 0; j < 10; j++) {
                git.write("d" + i + "/f" + j, i + " " + j);
            }
        }
        git.commit("one");
        assertConverted();
        blobs.takePuts();
        git.write("d7/f3", "changed").commit("two");

        assertConverted();
        assertThat(blobs.takePuts()).as("a file, its directory, the root").isEqualTo(3);
    }

    @Test
    void conversionsAreRememberedAcrossRestarts() throws IOException {
        git.write("d/a", "1").write("b", "2").commit("one");
        assertConverted();
        repositories.close();
        blobs.takePuts();

        repositories = new GitRepositories(blobs, temp.resolve("state"));
        assertConverted();
        assertThat(blobs.takePuts()).isZero();
    }

    @Test
    void whatHasGoneFromTheStoreIsConvertedAgainWhenVerifying() throws IOException {
        git.write("d/a", "1").write("d/b", "2").write("e/c", "3").commit("one");
        var source = repositories.open(git.directory());
        var revision = source.resolve("");
        var root = source.tree(revision, false);
        blobs.lose(Digest.of("2".getBytes(UTF_8)));

        assertThat(source.tree(revision, true)).isEqualTo(root);
        assertThat(Listing.of(blobs, root)).isEqualTo(Listing.of(git, "HEAD"));
    }

    @Test
    void directoryThatHasGoneIsConvertedAgainWhenVerifying() throws IOException {
        git.write("d/a", "1").write("e/c", "3").commit("one");
        var source = repositories.open(git.directory());
        var revision = source.resolve("");
        var root = source.tree(revision, false);
        var inner = Directory.parseFrom(Blobs.read(blobs, root));
        blobs.lose(Digests.fromProto(inner.getDirectories(0).getDigest()));

        assertThat(source.tree(revision, true)).isEqualTo(root);
        assertThat(Listing.of(blobs, root)).isEqualTo(Listing.of(git, "HEAD"));
    }

    @Test
    void lostRootIsNoticedWithoutVerifyingAndTheRestIsLookedAtThen() throws IOException {
        git.write("d/a", "1").commit("one");
        var source = repositories.open(git.directory());
        var revision = source.resolve("");
        var root = source.tree(revision, false);
        blobs.lose(root);
        blobs.lose(Digest.of("1".getBytes(UTF_8)));

        assertThat(source.tree(revision, false)).isEqualTo(root);
        assertThat(Listing.of(blobs, root)).isEqualTo(Listing.of(git, "HEAD"));
    }

    @Test
    void sameTreeAskedForByManyIsConvertedOnce() throws Exception {
        for (var i = 0; i < 300; i++) {
            git.write("d" + i % 30 + "/f" + i, "content " + i);
        }
        git.commit("one");
        var source = repositories.open(git.directory());
        var revision = source.resolve("");
        var asked = new ArrayList<Callable<Digest>>();
        for (var i = 0; i < 8; i++) {
            asked.add(() -> source.tree(revision, false));
        }

        try (var askers = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new HashSet<Digest>();
            for (var answer : askers.invokeAll(asked)) {
                answers.add(answer.get());
            }
            assertThat(answers).hasSize(1);
        }
        assertThat(blobs.takePuts()).isEqualTo(300 + 30 + 1);
    }

    @Test
    void largeFilesAreStoredWholeEvenIfGitKeepsThemAsDeltas() throws IOException {
        var random = new byte[9 << 20];
        new Random(7).nextBytes(random);
        Files.write(git.directory().resolve("large"), random);
        git.commit("one");
        random[5_000_000]++;
        Files.write(git.directory().resolve("large"), random);
        git.commit("two");
        git.run("repack", "-q", "-a", "-d", "-f");
        var source = repositories.open(git.directory());

        for (var revision : List.of("HEAD", "HEAD~1")) {
            var root = source.tree(source.resolve(revision), false);
            assertThat(Listing.of(blobs, root)).isEqualTo(Listing.of(git, revision));
        }
        assertThat(temp.resolve("state/spool")).isEmptyDirectory();
    }

    @Test
    void commitWithoutFilesIsTheEmptyDirectory() {
        git.commit("nothing");

        var source = repositories.open(git.directory());
        assertThat(source.tree(source.resolve(""), false)).isEqualTo(Digest.EMPTY);
    }

    @Test
    void missingObjectIsNamedWithItsFile() throws IOException {
        git.write("d/a", "precious").commit("one");
        var blob = git.run("rev-parse", "HEAD:d/a");
        Files.delete(git.directory().resolve(".git/objects/" + blob.substring(0, 2) + "/" + blob.substring(2)));

        var source = repositories.open(git.directory());
        var revision = source.resolve("");
        assertThatThrownBy(() -> source.tree(revision, false))
                .isInstanceOf(SteadingException.class)
                .hasMessageContaining("`" + blob + "` of file `d/a` is not in")
                .hasMessageContaining("git fsck");
    }

    @Test
    void closingMakesLaterConversionsFail() throws IOException {
        git.write("a", "1").commit("one");
        var source = repositories.open(git.directory());
        var revision = source.resolve("");
        repositories.close();

        assertThatThrownBy(() -> source.tree(revision, false)).hasMessageContaining("shutting down");
    }

    private void assertConverted() throws IOException {
        var source = repositories.open(git.directory());
        var root = source.tree(source.resolve(""), false);
        assertThat(Listing.of(blobs, root)).isEqualTo(Listing.of(git, "HEAD"));
    }

    private String mktree(Path list) throws IOException {
        var process = new ProcessBuilder("git", "mktree", "-z")
                .directory(git.directory().toFile())
                .redirectInput(list.toFile())
                .start();
        return new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    }
}
