// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.lifecycle.ManualClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Another process stores blobs and is killed in the middle of it, again and again.
@Timeout(300)
class PackedBlobStoreCrashTest {
    private static final int ROUNDS = 6;
    private static final int THREADS = 8;

    @TempDir
    private Path home;

    private static PackedBlobStore open(Path home) {
        var sizes = new PackedBlobStore.Sizes(256 << 10, 8 << 10);
        var config = new PackedBlobStore.Config(home, 1 << 30, Duration.ofHours(1), Durability.EACH, sizes, false);
        return new PackedBlobStore(config, new MemoryBlobStore(), _ -> false, new ManualClock());
    }

    private static byte[] bytes(int number) {
        var bytes = new byte[4 + number * 97 % 8000];
        new Random(number).nextBytes(bytes);
        return ByteBuffer.wrap(bytes).putInt(number).array();
    }

    /// The process that is killed: prints the number of each blob that it has been told is stored.
    ///
    /// Arguments: the directory of the store, the first number.
    static void main(String... arguments) {
        var store = open(Path.of(arguments[0]));
        var next = new AtomicInteger(Integer.parseInt(arguments[1]));
        for (var i = 0; i < THREADS; i++) {
            Thread.ofPlatform().start(() -> {
                while (true) {
                    var number = next.getAndIncrement();
                    Blobs.put(store, bytes(number));
                    synchronized (next) {
                        System.out.println(number);
                    }
                }
            });
        }
    }

    @Test
    void killedProcessLosesNothingOfWhatItSaidIsStored() throws IOException, InterruptedException {
        var random = new Random(1);
        var stored = new HashSet<Integer>();
        var asked = 0;
        for (var round = 0; round < ROUNDS; round++) {
            runAndKill(asked, 1 + random.nextInt(600), stored);
            asked = stored.stream().mapToInt(number -> number).max().orElse(0) + 1 + THREADS;

            var store = open(home);
            for (var number = 0; number < asked; number++) {
                var digest = Digest.of(bytes(number));
                var present = store.findMissing(Set.of(digest)).isEmpty();
                assertThat(present || !stored.contains(number))
                        .as("Blob %d after round %d", number, round)
                        .isTrue();
                if (present) {
                    assertThat(Blobs.read(store, digest)).isEqualTo(bytes(number));
                }
            }
            // Sometimes a killed process is followed by one that is killed as well.
            if (random.nextBoolean()) {
                store.close();
            }
        }
        assertThat(stored.size()).isGreaterThan(ROUNDS);
    }

    private void runAndKill(int first, int atLeast, Set<Integer> stored) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PackedBlobStoreCrashTest.class.getName(),
                        home.toString(),
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII))) {
            var count = 0;
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                if (line.matches("[0-9]+")) {
                    stored.add(Integer.valueOf(line));
                    count++;
                }
                if (count == atLeast) {
                    var _ = process.toHandle().destroyForcibly();
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
