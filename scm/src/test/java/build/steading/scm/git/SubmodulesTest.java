// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.MemoryBlobStore;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmodulesTest {
    @TempDir
    private Path temp;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private GitRepositories repositories;
    private Git inner;
    private Git middle;
    private Git outer;

    /// `outer` has `middle` at `libs/m`, which has `inner` at `i`; all are checked out.
    @BeforeEach
    void begin() throws IOException {
        repositories = new GitRepositories(blobs, temp.resolve("state"));
        inner = Git.init(temp.resolve("inner"));
        inner.write("deep", "inner\n").commit("inner");
        middle = Git.init(temp.resolve("middle"));
        middle.write("file", "middle\n");
        middle.run("submodule", "add", "-q", inner.directory().toString(), "i");
        middle.commit("middle");
        outer = Git.init(temp.resolve("outer"));
        outer.write("main", "outer\n");
        outer.run(
                "submodule", "add", "-q", "--name", "named", middle.directory().toString(), "libs/m");
        outer.run("submodule", "update", "-q", "--init", "--recursive");
        outer.commit("outer");
    }

    @AfterEach
    void end() {
        repositories.close();
    }

    @Test
    void submodulesAreTakenAtTheRecordedCommit() throws IOException {
        var expected = expected();
        var checkedOut = new Git(outer.directory().resolve("libs/m"));
        checkedOut.write("file", "later\n").commit("not what outer records");

        assertThat(converted(outer.directory(), "")).isEqualTo(expected);
    }

    @Test
    void submoduleIsFoundWithoutItsCheckout() throws IOException {
        var expected = expected();
        outer.run("checkout", "-q", "-b", "without");
        outer.run("rm", "-q", "-f", "libs/m");
        outer.commit("without");
        assertThat(outer.directory().resolve("libs/m/.git")).doesNotExist();

        assertThat(converted(outer.directory(), "main")).isEqualTo(expected);
    }

    @Test
    void submodulesOfLinkedWorkingTreeAreFound() throws IOException {
        outer.run("worktree", "add", "-q", "-b", "other", temp.resolve("linked").toString());

        assertThat(converted(temp.resolve("linked"), "")).isEqualTo(expected());
    }

    @Test
    void submoduleThatWasNeverFetchedIsNamedWithTheCure() throws IOException {
        var clone = temp.resolve("clone");
        outer.run("clone", "-q", outer.directory().toString(), clone.toString());
        var commit = outer.run("rev-parse", "HEAD:libs/m");

        assertThatThrownBy(() -> converted(clone, ""))
                .hasMessage(
                        "Submodule `libs/m` is at commit `%s`, which has not been fetched: run `git submodule update"
                                + " --init libs/m`",
                        commit)
                .satisfies(e -> assertThat(((SteadingException) e).failure()).isInstanceOf(Failure.NotFound.class));
    }

    @Test
    void submoduleOfSubmoduleThatWasNeverFetchedIsNamedWithTheCure() throws IOException {
        var clone = temp.resolve("clone");
        outer.run("clone", "-q", outer.directory().toString(), clone.toString());
        new Git(clone).run("submodule", "update", "-q", "--init");

        assertThatThrownBy(() -> converted(clone, ""))
                .hasMessageContaining("Submodule `libs/m/i` is at commit `" + inner.run("rev-parse", "HEAD") + "`")
                .hasMessageEndingWith("run `git submodule update --init --recursive libs/m`");
        new Git(clone).run("submodule", "update", "-q", "--init", "--recursive", "libs/m");
        assertThat(converted(clone, "")).isEqualTo(expected());
    }

    @Test
    void snapshotTakesTheCommitThatIsCheckedOut() throws IOException {
        var checkedOut = new Git(outer.directory().resolve("libs/m"));
        checkedOut.write("file", "later\n").commit("checked out");
        checkedOut.write("file", "dirty\n");
        var expected = expected();
        expected.put("libs/m/file", "100644 later\n");

        var source = repositories.open(outer.directory());
        var digest = source.tree(source.snapshot(), false);
        assertThat(Listing.of(blobs, digest)).isEqualTo(expected);
    }

    @Test
    void untrackedRepositoryInsideIsTakenAtItsCommit() throws IOException {
        Git.init(outer.directory().resolve("new")).write("n", "new\n").commit("new");
        Git.init(outer.directory().resolve("unborn")).write("u", "not committed\n");
        Files.createDirectories(outer.directory().resolve("odd/.git"));
        outer.write("odd/o", "odd\n");
        var expected = expected();
        expected.put("new/n", "100644 new\n");
        expected.put("odd/o", "100644 odd\n");

        var source = repositories.open(outer.directory());
        assertThat(Listing.of(blobs, source.tree(source.snapshot(), false))).isEqualTo(expected);
    }

    private Map<String, String> converted(Path place, String revision) throws IOException {
        var source = repositories.open(place);
        return Listing.of(blobs, source.tree(source.resolve(revision), false));
    }

    private Map<String, String> expected() {
        var expected = new TreeMap<>(Listing.of(outer, "main"));
        Listing.of(middle, "HEAD").forEach((path, content) -> expected.put("libs/m/" + path, content));
        Listing.of(inner, "HEAD").forEach((path, content) -> expected.put("libs/m/i/" + path, content));
        return expected;
    }
}
