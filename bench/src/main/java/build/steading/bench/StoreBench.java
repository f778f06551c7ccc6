// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Measures [FileBlobStore] beside plain files of the same sizes.
///
/// Arguments: a directory to work in (by default the one for temporary files), which is left as it was.
final class StoreBench {
    private static final int BLOBS = 50_000;
    private static final int SYNCED_BLOBS = 500;
    private static final int BLOB_BYTES = 4096;
    private static final int LARGE_BYTES = 64 << 20;
    private static final int ROUNDS = 3;

    private final Path home;
    private final List<Digest> digests =
            IntStream.range(0, BLOBS).mapToObj(i -> Digest.of(bytes(i))).toList();

    private StoreBench(Path home) {
        this.home = home;
    }

    public static void main(String[] args) throws Exception {
        var parent = Path.of(args.length > 0 ? args[0] : System.getProperty("java.io.tmpdir"));
        var home = Files.createTempDirectory(parent, "store-bench");
        try {
            for (var round = 1; round <= ROUNDS; round++) {
                System.out.printf("Round %d of %d%n", round, ROUNDS);
                new StoreBench(home.resolve("round" + round)).run();
            }
        } finally {
            delete(home);
        }
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(BLOB_BYTES).putInt(number).array();
    }

    private void run() throws Exception {
        plainFiles();
        try (var store = open("store", Durability.NONE)) {
            rate("put, 4 KiB, 2 threads", "blobs", BLOBS, () -> inTwoThreads(BLOBS, i -> put(store, i)));
            lookUp(store);
        }
        try (var store = open("synced", Durability.EACH)) {
            rate(
                    "put, 4 KiB, 2 threads, fsync",
                    "blobs",
                    SYNCED_BLOBS,
                    () -> inTwoThreads(SYNCED_BLOBS, i -> put(store, i)));
        }
        try (var store = open("store", Durability.NONE)) {
            // A store just opened has found no blob present yet.
            rate("findMissing, present, first time", "digests", BLOBS, () -> store.findMissing(Set.copyOf(digests)));
            rate(
                    "file, first time (verifies)",
                    "files",
                    BLOBS,
                    () -> digests.forEach(digest -> store.file(digest, false)));
            rate("file, again", "files", BLOBS, () -> digests.forEach(digest -> store.file(digest, false)));
        }
        large();
    }

    private void plainFiles() throws Exception {
        var directories = new ArrayList<Path>();
        for (var i = 0; i < 256; i++) {
            directories.add(Files.createDirectories(home.resolve("plain/" + i)));
        }
        rate(
                "Files.write, 4 KiB, 2 threads",
                "files",
                BLOBS,
                () -> inTwoThreads(BLOBS, i -> {
                    write(directories.get(i & 255).resolve(digests.get(i).hash()), bytes(i));
                }));
    }

    private void lookUp(FileBlobStore store) throws Exception {
        var present = Set.copyOf(digests);
        rate("findMissing, present, again", "digests", BLOBS, () -> store.findMissing(present));
        var absent = new HashSet<Digest>();
        present.forEach(digest -> absent.add(new Digest(digest.hash(), 1)));
        rate("findMissing, absent", "digests", BLOBS, () -> store.findMissing(absent));
        rate("open and verify, 4 KiB", "blobs", BLOBS, () -> digests.forEach(digest -> Blobs.read(store, digest)));
    }

    private void large() throws Exception {
        var bytes = new byte[LARGE_BYTES];
        Arrays.fill(bytes, (byte) 1);
        var digest = Digest.of(bytes);
        var plain = home.resolve("large");
        rate("Files.write, 64 MiB", "MB", LARGE_BYTES / 1_000_000, () -> write(plain, bytes));
        rate("SHA-256 alone, 64 MiB", "MB", LARGE_BYTES / 1_000_000, () -> Digest.of(bytes));
        try (var store = open("large-store", Durability.NONE)) {
            rate(
                    "put, 64 MiB",
                    "MB",
                    LARGE_BYTES / 1_000_000,
                    () -> store.put(digest, new ByteArrayInputStream(bytes)));
            rate("open and verify, 64 MiB", "MB", LARGE_BYTES / 1_000_000, () -> read(store, digest));
        }
    }

    private FileBlobStore open(String name, Durability durability) {
        var config = new FileBlobStore.Config(home.resolve(name), 1L << 40, Duration.ofHours(1), durability);
        return new FileBlobStore(config, _ -> false, InstantSource.system());
    }

    private void put(FileBlobStore store, int number) {
        store.put(digests.get(number), new ByteArrayInputStream(bytes(number)));
    }

    private static void read(FileBlobStore store, Digest digest) {
        try (var content = store.open(digest)) {
            content.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw SteadingException.unavailable("The blob cannot be read", e);
        }
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw SteadingException.unavailable("The file cannot be written", e);
        }
    }

    private static void inTwoThreads(int count, IntConsumer each) {
        try (var executor = Executors.newFixedThreadPool(2)) {
            var even = executor.submit(() -> IntStream.range(0, count / 2).forEach(i -> each.accept(2 * i)));
            IntStream.range(0, count / 2).forEach(i -> each.accept(2 * i + 1));
            even.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static void rate(String what, String unit, int count, Runnable work) {
        var start = System.nanoTime();
        work.run();
        var seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "  %-34s %,12.0f %s/s%n", what, count / seconds, unit);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
