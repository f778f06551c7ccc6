// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import build.steading.source.SourceRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
    private static final Instant NOW = Instant.parse("2026-07-08T09:10:11Z");

    @TempDir
    private Path temp;

    private final FlakyBlobs blobs = new FlakyBlobs();
    private GitRepositories repositories;
    private Git git;
    private SourceRepository source;
    private Map<String, String> expected;

    @BeforeEach
    void begin() throws IOException {
        git = Git.init(temp.resolve("repository"));
        git.write("a", "committed\n")
                .write("dir/b", "2\n")
                .write("dir/c", "3\n")
                .commit("one");
        repositories = new GitRepositories(blobs, temp.resolve("state"), () -> NOW);
        source = repositories.open(git.directory());
        expected = new TreeMap<>(Listing.of(git, "HEAD"));
    }

    @AfterEach
    void end() {
        repositories.close();
    }

    @Test
    void cleanTreeIsTheCommittedOne() throws IOException {
        var snapshot = source.snapshot();

        assertThat(source.tree(snapshot, true)).isEqualTo(source.tree(source.resolve(""), false));
        assertThat(snapshot.uncommitted()).isTrue();
        assertThat(snapshot.commit()).isEqualTo(git.run("rev-parse", "HEAD"));
        assertThat(snapshot.name()).isEqualTo("main");
        assertThat(snapshot.time()).isEqualTo(NOW);
        assertThat(snapshot.subject()).isEqualTo("one");
        assertThat(snapshot.treeId())
                .isEqualTo("wip:" + source.tree(snapshot, false))
                .isEqualTo(source.snapshot().treeId());
        assertSnapshot();
    }

    @Test
    void changesCountWhetherStagedOrNot() throws IOException {
        git.write("a", "changed\n").write("dir/b", "staged\n");
        git.run("add", "dir/b");
        git.write("new", "untracked\n").write("fresh/deep/er", "untracked too\n");
        git.write("added", "staged and new\n");
        git.run("add", "added");
        expected.put("a", "100644 changed\n");
        expected.put("dir/b", "100644 staged\n");
        expected.put("new", "100644 untracked\n");
        expected.put("fresh/deep/er", "100644 untracked too\n");
        expected.put("added", "100644 staged and new\n");

        assertSnapshot();
    }

    @Test
    void stagedFileThatWasChangedAgainHasItsContentOnDisk() throws IOException {
        git.write("a", "staged\n");
        git.run("add", "a");
        git.write("a", "on disk\n");
        expected.put("a", "100644 on disk\n");

        assertSnapshot();
    }

    @Test
    void deletedFilesAreAbsentAndEmptyDirectoriesWithThem() throws IOException {
        git.run("rm", "-q", "a");
        Files.delete(git.directory().resolve("dir/b"));
        Files.delete(git.directory().resolve("dir/c"));
        git.write("keep", "");
        expected.clear();
        expected.put("keep", "100644 ");

        assertSnapshot();
    }

    @Test
    void fileMayBecomeDirectoryAndDirectoryFile() throws IOException {
        Files.delete(git.directory().resolve("a"));
        git.write("a/inside", "1");
        Files.delete(git.directory().resolve("dir/b"));
        Files.delete(git.directory().resolve("dir/c"));
        Files.delete(git.directory().resolve("dir"));
        git.write("dir", "file now");
        expected.clear();
        expected.put("a/inside", "100644 1");
        expected.put("dir", "100644 file now");

        assertSnapshot();
    }

    @Test
    void modesAndLinksAreThoseOnDisk() throws IOException {
        git.mode("a", "rwxr-xr-x").link("dir/dangling", "no/where").link("dir/up", "..");
        Files.delete(git.directory().resolve("dir/b"));
        git.link("dir/b", "c");
        expected.put("a", "100755 committed\n");
        expected.put("dir/dangling", "120000 no/where");
        expected.put("dir/up", "120000 ..");
        expected.put("dir/b", "120000 c");

        assertSnapshot();
    }

    @Test
    void ignoredFilesAreAbsentUnlessTracked() throws IOException {
        git.write(".gitignore", "*.o\n/build/\n!keep.o\n")
                .write("tracked.o", "1")
                .write("build/tracked", "2");
        git.run("add", "-f", ".gitignore", "tracked.o", "build/tracked");
        git.write(".git/info/exclude", "private\n").write("dir/.gitignore", "!special.o\nlocal\n");
        git.write("x.o", "-").write("keep.o", "3").write("dir/special.o", "4").write("dir/x.o", "-");
        git.write("dir/local", "-").write("local", "5").write("private", "-").write("build/new", "-");
        git.write("build/keep.o", "-").write("only/x.o", "-");
        expected.put(".gitignore", "100644 *.o\n/build/\n!keep.o\n");
        expected.put("dir/.gitignore", "100644 !special.o\nlocal\n");
        expected.put("tracked.o", "100644 1");
        expected.put("build/tracked", "100644 2");
        expected.put("keep.o", "100644 3");
        expected.put("dir/special.o", "100644 4");
        expected.put("local", "100644 5");

        assertSnapshot();
        var listed = git.run("ls-files", "-co", "--exclude-standard").lines();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(expected.keySet());
    }

    @Test
    void intentToAddHasTheContentOnDisk() throws IOException {
        git.write(".git/info/exclude", "intended\n").write("intended", "content\n");
        git.run("add", "-N", "-f", "intended");
        expected.put("intended", "100644 content\n");

        assertSnapshot();
    }

    @Test
    void conflictHasTheContentOnDisk() throws IOException {
        git.run("checkout", "-q", "-b", "other");
        git.write("a", "theirs\n").commit("theirs");
        git.run("checkout", "-q", "main");
        git.write("a", "ours\n").commit("ours");
        assertThatThrownBy(() -> git.run("merge", "-q", "other")).isInstanceOf(IllegalStateException.class);
        expected.put("a", "100644 " + Files.readString(git.directory().resolve("a")));
        assertThat(expected.get("a")).contains("<<<<<<<");

        assertSnapshot();
    }

    @Test
    void filesThatTheIndexProvesUnchangedAreNotRead() throws IOException {
        var file = git.directory().resolve("a");
        age(file);
        git.run("update-index", "--refresh");
        Files.setLastModifiedTime(git.directory().resolve(".git/index"), FileTime.from(Instant.now()));
        source.tree(source.resolve(""), false);
        var index = TrackedDirectory.read(new FileRepositoryBuilder()
                .setGitDir(git.directory().resolve(".git").toFile())
                .build());

        assertThat(FileStamp.of(file).proves(index.top().files().get("a"), index.written()))
                .isTrue();
        assertSnapshot();
    }

    @Test
    void changeInTheSameInstantAndOfTheSameSizeIsSeen() throws IOException {
        var file = git.directory().resolve("a");
        var then = Files.getLastModifiedTime(file);
        git.run("update-index", "--refresh");
        git.write("a", "COMMITTED\n");
        Files.setLastModifiedTime(file, then);
        expected.put("a", "100644 COMMITTED\n");

        assertSnapshot();
    }

    @Test
    void racyChangeIsSeen() throws IOException {
        // Written within the tick of the clock in which the index was: only the racy rule can tell.
        git.write("a", "COMMITTED\n");
        git.run("add", "a");
        git.write("a", "committed\n");
        var index = git.directory().resolve(".git/index");
        Files.setLastModifiedTime(
                index, Files.getLastModifiedTime(git.directory().resolve("a")));

        assertSnapshot();
    }

    @Test
    void namesOutsideAsciiAreKept() throws IOException {
        git.write("größe/naïve ☃", "1").write("\ud83d\ude00", "2");
        expected.put("größe/naïve ☃", "100644 1");
        expected.put("\ud83d\ude00", "100644 2");

        assertSnapshot();
    }

    @Test
    void sparseCheckoutHasWhatItLeavesOut() throws IOException {
        git.write("top/x", "1").write("deep/er/y", "2").commit("two");
        expected.putAll(Listing.of(git, "HEAD"));
        git.run("sparse-checkout", "set", "dir");
        assertThat(git.directory().resolve("deep")).doesNotExist();

        assertSnapshot();
    }

    @Test
    void fileModeIsThatOfTheIndexWhereTheFileSystemHasNone() throws IOException {
        git.run("config", "core.fileMode", "false");
        git.mode("a", "rwxr-xr-x");

        assertSnapshot();
    }

    @Test
    void largeFileIsStored() throws IOException {
        var content = "0123456789abcdef".repeat(600_000);
        git.write("large", content);
        expected.put("large", "100644 " + content);

        assertSnapshot();
        assertThat(temp.resolve("state/spool")).isEmptyDirectory();
    }

    @Test
    void snapshotThatHasGoneCannotBeHadAgain() throws IOException {
        git.write("a", "changed\n");
        var snapshot = source.snapshot();
        blobs.lose(Digest.of("changed\n".getBytes(UTF_8)));

        assertThat(source.tree(snapshot, false)).isNotNull();
        assertThatThrownBy(() -> source.tree(snapshot, true)).hasMessageContaining("no longer in the store");
        blobs.lose(source.tree(snapshot, false));
        assertThatThrownBy(() -> source.tree(snapshot, false)).hasMessageContaining("no longer in the store");
    }

    @Test
    void bareRepositoryHasNoSnapshot() throws IOException {
        var bare = Git.init(temp.resolve("bare"), "--bare");

        assertThatThrownBy(() -> repositories.open(bare.directory()).snapshot())
                .hasMessage("`%s` is a bare repository: it has no uncommitted work", bare.directory());
    }

    private void assertSnapshot() throws IOException {
        assertThat(Listing.of(blobs, source.tree(source.snapshot(), false))).isEqualTo(expected);
    }

    private static void age(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
    }
}
