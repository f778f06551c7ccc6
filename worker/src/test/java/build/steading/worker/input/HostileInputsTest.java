// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.FileNode;
import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.DirectoryBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Trees that are small to store, and without end on disk.
@Timeout(30)
class HostileInputsTest {
    private static final int SEEDS = Integer.getInteger("steading.seeds", 60);
    private static final long FIRST_SEED = Long.getLong("steading.seed", 1);

    @TempDir
    Path directory;

    private FileBlobStore store;

    @BeforeEach
    void open() {
        store = new FileBlobStore(
                new FileBlobStore.Config(directory.resolve("store"), 1L << 36, Duration.ofHours(1), Durability.NONE),
                _ -> false,
                InstantSource.system());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Plan plan(Digest root) {
        return new Plan(new Directories(store, 10_000)).tree("", root);
    }

    /// Returns a tree of directories that have each the next one so many times.
    private Digest tower(int levels, int twins, Directory ground) {
        var below = Blobs.put(store, ground);
        for (var level = 0; level < levels; level++) {
            var builder = new DirectoryBuilder();
            for (var twin = 0; twin < twins; twin++) {
                builder.directory("d" + twin, below);
            }
            below = Blobs.put(store, builder.build());
        }
        return below;
    }

    private static void assertRefused(ThrowingCallable call, String... reasons) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class))
                .hasMessageContainingAll(reasons);
    }

    @Test
    void bombIsRefusedBeforeItGoesOff() {
        assertRefused(() -> plan(tower(40, 2, file())), "3298534883326 entries", "1000000");
        assertRefused(() -> plan(tower(1_000, 2, file())), "no end of entries");
        assertRefused(() -> plan(tower(3, 1_000, file())), "entries");
        assertRefused(() -> InputCheck.missing(new Directories(store, 10_000), store, tower(40, 2, file())), "entries");
    }

    @Test
    void bombOfNothingButDirectoriesIsRefusedToo() {
        assertRefused(() -> plan(tower(40, 2, Directory.getDefaultInstance())), "entries");
    }

    @Test
    void bombOfLongPathsIsRefused() {
        var names = new DirectoryBuilder();
        for (var i = 0; i < 900; i++) {
            names.file("n".repeat(240) + i, Digest.EMPTY, false);
        }
        var below = Blobs.put(store, names.build());
        for (var level = 0; level < 12; level++) {
            below = Blobs.put(
                    store,
                    new DirectoryBuilder().directory("l".repeat(250), below).build());
        }
        var wide = new DirectoryBuilder();
        for (var i = 0; i < 1_000; i++) {
            wide.directory("w" + i, below);
        }

        var root = Blobs.put(store, wide.build());
        assertRefused(() -> plan(root), "characters in all its paths");
    }

    @Test
    void deepTreeIsRefusedWherePathsEnd() {
        assertThat(plan(tower(1_100, 1, file())).folders()).hasSize(1_100);
        assertRefused(() -> plan(tower(5_000, 1, file())), "15001", "longest path", "3500");
    }

    @Test
    void wideTreeIsPlanned() {
        var nodes = new ArrayList<FileNode>();
        for (var i = 0; i < 200_000; i++) {
            nodes.add(FileNode.newBuilder()
                    .setName("f%06d".formatted(i))
                    .setDigest(Digests.toProto(Digest.EMPTY))
                    .build());
        }
        var root = Blobs.put(store, Directory.newBuilder().addAllFiles(nodes).build());

        assertThat(plan(root).requireAll(store).files()).hasSize(200_000);
    }

    @Test
    void directoryThatNoMemoryHoldsIsNotRead() {
        var huge = new Digest(Digest.EMPTY.hash(), 1L << 40);

        assertRefused(() -> new Directories(store, 10_000).read(huge), "longer than");
    }

    /// What is computed beforehand is what there is in the end.
    @Test
    void anyTreeIsAsLargeAsWasSaid() {
        for (var seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            var pool = new ArrayList<>(List.of(Blobs.put(store, file())));
            var random = new Random(seed);
            for (var i = 0; i < 8; i++) {
                pool.add(Blobs.put(store, anyDirectory(random, pool)));
            }
            var root = pool.getLast();

            var paths = paths(root);
            var expected = new TreeExtent(
                    paths.size(),
                    paths.stream().mapToLong(String::length).sum(),
                    paths.stream().mapToLong(String::length).max().orElse(0));
            assertThat(Gathered.of(new Directories(store, 10_000), root).extent(root))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        }
    }

    private List<String> paths(Digest root) {
        var plan = plan(root);
        var paths = new ArrayList<>(plan.folders());
        plan.files().forEach(file -> paths.add(file.path()));
        plan.links().forEach(link -> paths.add(link.path()));
        return paths;
    }

    private static Directory anyDirectory(Random random, List<Digest> pool) {
        var nodes = new DirectoryBuilder();
        for (var i = random.nextInt(4); i >= 0; i--) {
            var name = "n".repeat(1 + random.nextInt(5)) + random.nextInt(3);
            switch (random.nextInt(4)) {
                case 0 -> nodes.file(name, Digest.EMPTY, random.nextBoolean());
                case 1 -> nodes.symlink(name, "anywhere");
                default -> nodes.directory(name, pool.get(random.nextInt(pool.size())));
            }
        }
        return nodes.build();
    }

    private static Directory file() {
        return new DirectoryBuilder().file("f", Digest.EMPTY, false).build();
    }
}
