// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.digest.Digest;
import build.steading.worker.TestAction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Tests of input trees: a store, and a tree in it of 200 files in ten directories, which tests change.
abstract class StoredTrees {
    static final int FILES = 200;

    @TempDir
    Path directory;

    FileBlobStore store;

    @BeforeEach
    void openStore() {
        store = new FileBlobStore(
                new FileBlobStore.Config(directory.resolve("store"), 1L << 30, Duration.ofHours(1), Durability.NONE),
                _ -> false,
                InstantSource.system());
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    TestAction tree() {
        var tree = new TestAction(store);
        for (var i = 0; i < FILES; i++) {
            tree.file("d%d/e/f%d".formatted(i % 10, i), "content " + i);
        }
        return tree;
    }

    Digest tree(Consumer<TestAction> change) {
        var tree = tree();
        change.accept(tree);
        return tree.tree();
    }
}
