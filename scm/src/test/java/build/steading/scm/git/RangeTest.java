// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.MemoryBlobStore;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.source.SourceRepository;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RangeTest {
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
    void rangeIsWhatTheLastHasAndTheFirstHasNotTheNewestFirst() {
        var one = git.commit("one");
        var two = git.commit("two");
        var three = git.commit("three");

        assertThat(source.range(one, "main")).containsExactly(three, two);
        assertThat(source.range("main~1^", "")).containsExactly(three, two);
        assertThat(source.range(two + "^", three)).containsExactly(three, two);
    }

    @Test
    void rangeHasWhatWasMergedIntoIt() {
        var base = git.commit("base");
        git.run("checkout", "-q", "-b", "side");
        var side = git.commit("side");
        git.run("checkout", "-q", "main");
        var main = git.commit("main");
        git.run("merge", "-q", "--no-ff", "-m", "merge", "side");
        var merge = git.run("rev-parse", "HEAD");

        assertThat(source.range(base, "main")).startsWith(merge).containsExactlyInAnyOrder(merge, main, side);
        assertThat(source.range("side", "main")).containsExactly(merge, main);
    }

    @Test
    void rangeBackwardsIsEmpty() {
        git.commit("one");
        git.commit("two");

        assertThat(source.range("main", "main~1")).isEmpty();
        assertThat(source.range("main", "main")).isEmpty();
    }

    @Test
    void endsOfARangeMustBeRevisions() {
        git.commit("one");

        assertThatThrownBy(() -> source.range("nonsense", "main"))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.NotFound.class));
    }
}
