// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.lifecycle.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the disk may hold when the machine ends: of the index, any mixture of pages as they were at the last
/// checkpoint and as they were last; of the pack, all that was forced, and any of the pages after that.
class PowerFailureTest {
    private static final int PAGE_BYTES = 4096;
    private static final int BEFORE = 6000;
    private static final int AFTER = 8000;
    private static final int UNSYNCED = 300;

    @TempDir
    private Path home;

    private PackedBlobStore open(String name) {
        var sizes = new PackedBlobStore.Sizes(1 << 20, 1000);
        var config = new PackedBlobStore.Config(
                home.resolve(name), 1 << 30, Duration.ofHours(1), Durability.EACH, sizes, false);
        return new PackedBlobStore(config, new MemoryBlobStore(), _ -> false, new ManualClock());
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(4 + number * 31 % 900).putInt(number).array();
    }

    private static Digest put(PackedBlobStore store, int number, boolean durable) {
        return Blobs.put(durable ? store : store.relaxed(), bytes(number));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void machineThatEndsLosesNothingOfWhatWasToSurviveIt(long seed) throws IOException {
        var random = new Random(seed);
        var store = open("store");
        for (var i = 0; i < BEFORE; i++) {
            put(store, i, false);
        }
        store.close();
        copy("store", "checkpoint");
        store = open("store");
        for (var i = BEFORE; i < AFTER; i++) {
            put(store, i, i == AFTER - 1);
        }
        copy("store", "forced");
        var durable = new HashSet<Digest>();
        for (var i = 0; i < AFTER; i++) {
            durable.add(Digest.of(bytes(i)));
        }
        for (var i = AFTER; i < AFTER + UNSYNCED; i++) {
            put(store, i, false);
        }
        copy("store", "last");
        store.close();
        fail(random);

        var again = open("failed");
        assertThat(again.findMissing(durable)).isEmpty();
        for (var round = 0; round < 2; round++) {
            for (var i = 0; i < AFTER + UNSYNCED; i++) {
                var digest = Digest.of(bytes(i));
                if (again.findMissing(Set.of(digest)).isEmpty()) {
                    assertThat(Blobs.read(again, digest)).isEqualTo(bytes(i));
                }
                put(again, i, false);
            }
            again.close();
            again = open("failed");
        }
        again.close();
    }

    private void copy(String from, String to) throws IOException {
        for (var part : new String[] {"packs", "index"}) {
            var target = Files.createDirectories(home.resolve(to).resolve(part));
            try (var files = Files.newDirectoryStream(home.resolve(from).resolve(part))) {
                for (var file : files) {
                    Files.copy(file, target.resolve(file.getFileName()));
                }
            }
        }
    }

    private void fail(Random random) throws IOException {
        copy("last", "failed");
        var index = home.resolve("failed/index");
        for (var i = 0; i < 64; i++) {
            var name = "%02x".formatted(i);
            Files.write(index.resolve(name), mixed(random, "checkpoint", "index/" + name, "last"));
        }
        Files.copy(
                home.resolve("checkpoint/index/checkpoint"),
                index.resolve("checkpoint"),
                StandardCopyOption.REPLACE_EXISTING);
        try (var packs = Files.newDirectoryStream(home.resolve("last/packs"))) {
            for (var pack : packs) {
                var name = "packs/" + pack.getFileName();
                Files.write(home.resolve("failed").resolve(name), mixed(random, "forced", name, "last"));
            }
        }
    }

    /// Returns a file with each of its pages as it was earlier or later. One that is longer later has zeros there
    /// for the earlier pages; a table that was replaced by a larger one, which was forced, is one or the other.
    private byte[] mixed(Random random, String earlier, String name, String later) throws IOException {
        var was = home.resolve(earlier).resolve(name);
        var old = Files.exists(was) ? Files.readAllBytes(was) : new byte[0];
        var last = Files.readAllBytes(home.resolve(later).resolve(name));
        if (name.startsWith("index") && old.length != last.length) {
            return random.nextBoolean() ? old : last;
        }
        var mixed = Arrays.copyOf(old, last.length);
        for (var page = 0; page < last.length; page += PAGE_BYTES) {
            if (random.nextBoolean()) {
                System.arraycopy(last, page, mixed, page, Math.min(PAGE_BYTES, last.length - page));
            }
        }
        return mixed;
    }
}
