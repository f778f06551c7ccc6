// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.MemoryBlobStore;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random histories of a store beside what it promises: what it has is right, what was used within the time of
/// grace or is pinned is there, and it stays within its size.
class PackedBlobStoreRandomTest {
    private static final int STEPS = 6000;
    private static final int BLOBS = 3000;
    private static final int MAX_BLOB_BYTES = 2000;
    private static final long MAX_BYTES = 64 * (4096 + 128 * 32) + (1 << 20);
    private static final Duration GRACE = Duration.ofMinutes(10);

    @TempDir
    private Path home;

    private final ManualClock clock = new ManualClock();
    private final Pins pins = new Pins();
    private final MemoryBlobStore others = new MemoryBlobStore();
    private final Map<Integer, Instant> used = new HashMap<>();
    private PackedBlobStore store;

    private void open() {
        var sizes = new PackedBlobStore.Sizes(32 << 10, MAX_BLOB_BYTES);
        var config = new PackedBlobStore.Config(home, MAX_BYTES, GRACE, Durability.NONE, sizes, false);
        store = new PackedBlobStore(config, others, pins, clock);
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(4 + number * 61 % (MAX_BLOB_BYTES - 3))
                .putInt(number)
                .array();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void storeKeepsItsPromises(long seed) {
        var random = new Random(seed);
        var pinned = random.nextInt(BLOBS);
        open();
        Blobs.put(store, bytes(pinned));
        try (var _ = pins.pin(Set.of(Digest.of(bytes(pinned))))) {
            for (var step = 0; step < STEPS; step++) {
                step(random);
                used.put(pinned, clock.instant());
                assertThat(store.usedBytes()).isLessThanOrEqualTo(MAX_BYTES);
            }
            for (var number = 0; number < BLOBS; number++) {
                look(number);
            }
        } finally {
            store.close();
        }
    }

    private void step(Random random) {
        var number = random.nextInt(BLOBS);
        switch (random.nextInt(100)) {
            case 0 -> {
                store.close();
                open();
            }
            case 1 -> store.evict();
            case 2 -> clock.advance(GRACE.dividedBy(2));
            default -> {
                if (random.nextInt(3) == 0) {
                    Blobs.put(store, bytes(number));
                    used.put(number, clock.instant());
                } else if (random.nextBoolean()) {
                    look(number);
                } else {
                    read(number);
                }
            }
        }
    }

    private boolean isPromised(int number) {
        var last = used.get(number);
        return last != null && !clock.instant().isAfter(last.plus(GRACE));
    }

    private void look(int number) {
        var present = store.findMissing(Set.of(Digest.of(bytes(number)))).isEmpty();
        assertThat(present || !isPromised(number)).isTrue();
        assertThat(present).isIn(used.containsKey(number), false);
        if (present) {
            used.put(number, clock.instant());
        }
    }

    private void read(int number) {
        var digest = Digest.of(bytes(number));
        try {
            assertThat(Blobs.read(store, digest)).isEqualTo(bytes(number));
            used.put(number, clock.instant());
        } catch (SteadingException e) {
            assertThat(e.failure()).isEqualTo(new Failure.MissingBlobs(Set.of(digest)));
            assertThat(isPromised(number)).isFalse();
        }
    }
}
