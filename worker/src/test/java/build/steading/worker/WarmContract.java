// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.FileNode;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a worker owes to warm directories, in whichever sandbox.
abstract class WarmContract extends SandboxedTest {
    private static final String MAKEFILE = """
        build/app: build/a.o build/b.o
        \t@echo link; cat $^ > $@
        build/%.o: src/%.c
        \t@echo compile $<; cp $< $@
        """;

    private TestAction make(String a, String b) {
        return action().file("Makefile", MAKEFILE)
                .file("src/a.c", a)
                .file("src/b.c", b)
                .shell("make -s && mkdir -p out && cp build/app out/app")
                .outputs("out/app");
    }

    private Outcome.Completed make(TestAction action, List<WarmDirectory> warm) throws InterruptedException {
        return (Outcome.Completed) farm.source.outcome(farm.submit(action.store(), warm));
    }

    @Test
    void makeRebuildsExactlyWhatChanged() throws Exception {
        var empty = List.of(new WarmDirectory("build", Digest.EMPTY, Digest.EMPTY));

        var first = make(make("a1", "b1"), empty);
        assertThat(farm.stdout(first.result())).isEqualTo("compile src/a.c\ncompile src/b.c\nlink\n");

        var same = make(make("a1", "b1"), first.warm());
        assertThat(farm.stdout(same.result())).isEmpty();
        assertThat(content(same.result(), "out/app")).isEqualTo("a1b1");

        var changed = make(make("a2", "b1"), same.warm());
        assertThat(farm.stdout(changed.result())).isEqualTo("compile src/a.c\nlink\n");

        var back = make(make("a2", "b2"), changed.warm());
        assertThat(farm.stdout(back.result())).isEqualTo("compile src/b.c\nlink\n");
        assertThat(content(back.result(), "out/app")).isEqualTo("a2b2");
    }

    @Test
    void whatCannotBeRestoredBeginsEmpty() throws Exception {
        var evicted = new WarmDirectory("build", Digest.of(new byte[] {1}), Digest.of(new byte[] {2}));

        assertThat(farm.stdout(make(make("a", "b"), List.of(evicted)).result()))
                .contains("compile src/a.c", "compile src/b.c");
    }

    @Test
    void failureLeavesNothingBehind() throws Exception {
        var warm = List.of(new WarmDirectory("build", Digest.EMPTY, Digest.EMPTY));

        assertThat(make(action().shell("echo x > build/x; exit 1"), warm).warm())
                .isEmpty();
    }

    @Test
    void inputsInTheDirectoryAreNotSaved() throws Exception {
        var warm = List.of(new WarmDirectory("build", Digest.EMPTY, Digest.EMPTY));
        var run = action().file("build/in", "given").file("build/d/in", "given");

        var saved = make(run.shell("echo x > build/d/x; echo changed > build/in"), warm)
                .warm()
                .getFirst();

        var tree = Directory.parseFrom(Blobs.read(farm.store, saved.tree()));
        assertThat(tree.getFilesList()).isEmpty();
        var sub =
                Blobs.read(farm.store, Digests.fromProto(tree.getDirectories(0).getDigest()));
        assertThat(Directory.parseFrom(sub).getFilesList())
                .extracting(FileNode::getName)
                .containsExactly("x");
    }
}
