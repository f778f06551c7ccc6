// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitMirrorsTest {
    @TempDir
    private Path temp;

    private GitRepositories repositories;
    private GitMirrors mirrors;
    private Git git;
    private URI origin;

    @BeforeEach
    void begin() throws IOException {
        git = Git.init(temp.resolve("origin"));
        origin = git.directory().toUri();
        repositories = new GitRepositories(new MemoryBlobStore(), temp.resolve("state"));
        mirrors = new GitMirrors(repositories, temp.resolve("mirrors"), Duration.ofSeconds(30));
    }

    @AfterEach
    void end() {
        repositories.close();
    }

    @Test
    void branchIsWhatItIsNow() throws IOException {
        git.write("a", "1").commit("one");
        var first = mirrors.tree(origin, Optional.empty(), Optional.of("main"));
        git.write("a", "2").commit("two");
        var second = mirrors.tree(origin, Optional.empty(), Optional.of("main"));

        assertThat(first).isEqualTo(local("main~1"));
        assertThat(second).isEqualTo(local("main"));
        assertThat(mirrors.tree(origin, Optional.empty(), Optional.empty())).isEqualTo(second);
    }

    @Test
    void commitIsFoundWithoutItsBranch() throws IOException {
        git.write("a", "1").commit("one");
        var commit = git.run("rev-parse", "HEAD");
        git.write("a", "2").commit("two");

        assertThat(mirrors.tree(origin, Optional.of(commit), Optional.empty())).isEqualTo(local("main~1"));
    }

    @Test
    void absentOnesAreNotFound() throws IOException {
        git.write("a", "1").commit("one");

        assertNotFound(origin, Optional.of("0".repeat(40)), Optional.empty());
        assertNotFound(origin, Optional.empty(), Optional.of("none"));
        assertNotFound(temp.resolve("nothing").toUri(), Optional.empty(), Optional.empty());
    }

    private void assertNotFound(URI uri, Optional<String> commit, Optional<String> branch) {
        assertThatExceptionOfType(SteadingException.class)
                .isThrownBy(() -> mirrors.tree(uri, commit, branch))
                .matches(e -> e.failure() instanceof Failure.NotFound);
    }

    private Digest local(String revision) {
        var source = repositories.open(git.directory());
        return source.tree(source.resolve(revision), true);
    }
}
