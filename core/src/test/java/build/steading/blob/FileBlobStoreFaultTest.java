// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that are full, directories that are not ours, processes that are killed.
class FileBlobStoreFaultTest {
    @TempDir
    private Path home;

    private static FileBlobStore open(Path directory) {
        var config = new FileBlobStore.Config(directory, 1L << 30, Duration.ofHours(1), Durability.NONE);
        return new FileBlobStore(config, _ -> false, InstantSource.system());
    }

    @Test
    void fullDiskIsSaidAndTheStoreStaysUsable() throws Exception {
        var disk = Files.createDirectory(home.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString()), "Cannot mount a tmpfs");
        try (var store = open(disk.resolve("store"))) {
            var size = 3L << 20;
            var digest = Digests.of(new BlobStoreContract.Pattern(size));

            assertThatThrownBy(() -> store.put(digest, new BlobStoreContract.Pattern(size)))
                    .hasMessageContaining(disk.resolve("store") + "` (")
                    .hasMessageEndingWith("free): No space left on device")
                    .asInstanceOf(type(SteadingException.class))
                    .extracting(SteadingException::failure)
                    .isInstanceOf(Failure.Unavailable.class);
            assertThat(store.findMissing(Set.of(digest))).containsExactly(digest);
            var small = Blobs.put(store, new byte[1 << 20]);
            assertThat(Blobs.read(store, small)).hasSize(1 << 20);
        } finally {
            run("umount", disk.toString());
        }
    }

    @Test
    void fileOnAnotherFileSystemIsAdoptedByCopying() throws Exception {
        var disk = Files.createDirectory(home.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()), "Cannot mount a tmpfs");
        try (var store = open(home.resolve("store"))) {
            var file = Files.writeString(disk.resolve("out"), "hello");

            var digest = store.adopt(file, HashFunction.SHA256);
            assertThat(store.file(digest, false)).hasContent("hello");
            assertThat(file).doesNotExist();
        } finally {
            run("umount", disk.toString());
        }
    }

    @Test
    void directoryThatCannotBeWrittenToIsSaid() throws IOException {
        var directory = Files.createDirectory(home.resolve("locked"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeFalse(Files.isWritable(directory), "Root may write everywhere");

        assertThatThrownBy(() -> open(directory))
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isInstanceOf(Failure.Unavailable.class);
    }

    @Test
    void fileInPlaceOfTheDirectoryIsSaid() throws IOException {
        var file = Files.createFile(home.resolve("store"));

        assertThatThrownBy(() -> open(file))
                .hasMessageContaining(file.toString())
                .isInstanceOf(SteadingException.class);
    }

    @Test
    void everythingVisibleIsWholeAfterAKill() throws Exception {
        var directory = home.resolve("store");
        var random = new Random(1);
        for (var kill = 0; kill < 3; kill++) {
            var child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Writer.class.getName(),
                            directory.toString(),
                            Integer.toString(kill))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var ready = child.getInputStream()) {
                // One byte per blob stored: killed after so many, which is in the middle of another.
                ready.readNBytes(100 + random.nextInt(400));
            } finally {
                child.destroyForcibly();
            }
            child.waitFor();
        }

        var visible = 0;
        try (var store = open(directory);
                var files = Files.walk(directory.resolve("blobs"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var digest = BlobName.parse(file.getFileName().toString());
                if (digest.isPresent()) {
                    assertThat(Digests.of(file)).isEqualTo(digest.get());
                    visible++;
                }
            }
            store.evict();
            assertThat(store.usedBytes()).isGreaterThanOrEqualTo(visible * 4096L);
        }
        assertThat(visible).isGreaterThanOrEqualTo(300);
        try (var files = Files.walk(directory.resolve("blobs"))) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(Shelf.UNFINISHED)))
                    .isEmpty();
        }
    }

    /// Stores blobs from two threads until it is killed, and prints a byte for each.
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws Exception {
            var store = open(Path.of(args[0]));
            var seed = Long.parseLong(args[1]) << 32;
            var other = Thread.ofPlatform().start(() -> write(store, seed + 1));
            write(store, seed);
            other.join();
        }

        private static void write(FileBlobStore store, long seed) {
            var random = new Random(seed);
            while (true) {
                var bytes = ByteBuffer.allocate(8 + random.nextInt(30_000)).putLong(random.nextLong());
                Digest digest = Blobs.put(store, bytes.array());
                store.file(digest, random.nextBoolean());
                System.out.write('.');
                System.out.flush();
            }
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException _) {
            return false;
        }
    }
}
