// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.tree.DirectoryBuilder;
import build.steading.worker.TestAction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LayeredInputsTest extends StoredTrees {
    private final List<Path> removed = new CopyOnWriteArrayList<>();
    private LayeredInputs inputs;
    private int attempts;

    @BeforeEach
    void open() throws IOException {
        inputs = inputs(1000);
    }

    private LayeredInputs inputs(int maxFiles) throws IOException {
        var layers = Files.createDirectories(directory.resolve("layers"));
        return new LayeredInputs(layers, store, new Directories(store, 10_000), maxFiles, removed::add);
    }

    private InputTree prepare(Digest root) {
        return inputs.prepare(root, List.of(), directory.resolve("attempt" + attempts++));
    }

    private static long files(Path layer) throws IOException {
        try (var all = Files.walk(layer)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void secondActionUsesTheLayerOfTheFirst() {
        var root = tree().tree();
        try (var first = prepare(root);
                var second = prepare(root)) {
            assertThat(second.place().layers()).isEqualTo(first.place().layers());
        }
    }

    @Test
    void changedFileIsAThinLayer() throws IOException {
        try (var base = prepare(tree().tree());
                var next = prepare(tree(tree -> tree.file("d3/e/f3", "changed").file("new/file", "new")))) {
            assertThat(next.place().layers())
                    .hasSize(2)
                    .endsWith(base.place().layers().getFirst());
            assertThat(files(next.place().layers().getFirst())).isEqualTo(2);
            assertThat(next.place().layers().getFirst().resolve("d3/e/f3")).hasContent("changed");
        }
    }

    @Test
    void removalMakesAWholeLayer() throws IOException {
        var root = tree(tree -> tree.file("extra", "x"));
        try (var _ = prepare(root);
                var next = prepare(tree().tree())) {
            assertThat(next.place().layers()).hasSize(1);
            assertThat(files(next.place().layers().getFirst())).isEqualTo(FILES);
        }
    }

    @Test
    void fileThatBecomesADirectoryMakesAWholeLayer() {
        try (var _ = prepare(tree(tree -> tree.file("x", "x")));
                var next = prepare(tree(tree -> tree.file("x/y", "y")))) {
            assertThat(next.place().layers()).hasSize(1);
        }
    }

    @Test
    void chainsOfThinLayersEnd() {
        for (var i = 0; i < 10; i++) {
            var content = "version " + i;
            try (var tree = prepare(tree(each -> each.file("d1/e/f1", content)))) {
                assertThat(tree.place().layers().size()).isBetween(1, 4);
                assertThat(tree.place().layers().getFirst().resolve("d1/e/f1")).hasContent(content);
            }
        }
    }

    @Test
    void hardLinksShareTheStoresBytes() throws IOException {
        try (var tree = prepare(tree().tree())) {
            var linked = tree.place().layers().getFirst().resolve("d0/e/f0");
            assertThat((int) Files.getAttribute(linked, "unix:nlink")).isGreaterThan(1);
        }
    }

    @Test
    void simultaneousRequestsMakeOneLayer() throws Exception {
        var root = tree().tree();
        var tasks = new ArrayList<Callable<InputTree>>();
        for (var i = 0; i < 8; i++) {
            var attempt = directory.resolve("parallel" + i);
            tasks.add(() -> inputs.prepare(root, List.of(), attempt));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var each : threads.invokeAll(tasks)) {
                each.get().close();
            }
        }
        try (var layers = Files.list(directory.resolve("layers"))) {
            assertThat(layers).hasSize(1);
        }
    }

    @Test
    void oldLayersGoWhenThereAreTooMany() throws IOException {
        inputs = inputs(3 * FILES);
        var used = prepare(new TestAction(store).file("in use", "x").tree());
        for (var i = 0; i < 5; i++) {
            var prefix = "t" + i;
            var tree = new TestAction(store);
            for (var n = 0; n < FILES; n++) {
                tree.file(prefix + "/" + n, prefix + n);
            }
            prepare(tree.tree()).close();
        }

        assertThat(removed.stream().filter(path -> path.startsWith(directory.resolve("layers"))))
                .hasSizeBetween(2, 3)
                .doesNotContain(used.place().layers().getFirst());
        used.close();
    }

    @Test
    void missingBlobsOfTheNextTreeAreTold() {
        try (var _ = prepare(tree().tree())) {
            var absent = Digest.of(new byte[] {1});
            var directory = new DirectoryBuilder().file("f", absent, false).build();
            var root = Blobs.put(store, directory);

            assertThatThrownBy(() -> prepare(root))
                    .isInstanceOf(SteadingException.class)
                    .hasMessageContaining(absent.toString());
        }
    }
}
