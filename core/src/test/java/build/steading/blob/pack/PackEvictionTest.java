// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.MemoryBlobStore;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
import build.steading.lifecycle.ManualClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackEvictionTest {
    private static final int BLOB_BYTES = 1000;
    private static final int PACK_BYTES = 16 << 10;
    private static final int PACKS_BYTES = 20 * PACK_BYTES;

    /// What 64 empty tables take up.
    private static final long INDEX_BYTES = 64 * (4096 + 128 * 32);

    private static final Duration GRACE = Duration.ofHours(2);
    private static final int ROOM = PACKS_BYTES / PackRecord.length(BLOB_BYTES);

    @TempDir
    private Path home;

    private final ManualClock clock = new ManualClock();
    private final Pins pins = new Pins();
    private final MemoryBlobStore others = new MemoryBlobStore();
    private PackedBlobStore store;

    @BeforeEach
    void open() {
        var sizes = new PackedBlobStore.Sizes(PACK_BYTES, BLOB_BYTES);
        var config = new PackedBlobStore.Config(home, INDEX_BYTES + PACKS_BYTES, GRACE, Durability.NONE, sizes, false);
        store = new PackedBlobStore(config, others, pins, clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(BLOB_BYTES).putInt(number).array();
    }

    private List<Digest> fill(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> Blobs.put(store, bytes(i)))
                .toList();
    }

    private Set<Digest> missing(List<Digest> digests) {
        return store.findMissing(Set.copyOf(digests));
    }

    @Test
    void oldBlobsGoSoThatNewOnesFit() {
        var old = fill(0, ROOM / 2);
        clock.advance(GRACE.multipliedBy(2));
        var fresh = fill(1000, 1000 + ROOM * 3 / 4);

        assertThat(store.usedBytes()).isLessThanOrEqualTo(INDEX_BYTES + PACKS_BYTES);
        assertThat(missing(fresh)).isEmpty();
        assertThat(missing(old)).hasSizeGreaterThan(ROOM / 8);
        assertThat(others.findMissing(Set.copyOf(fresh))).hasSameSizeAs(fresh);
    }

    @Test
    void whatIsInItsTimeOfGraceStaysAndNewBlobsGoElsewhere() {
        var old = fill(0, ROOM * 2);

        assertThat(missing(old)).isEmpty();
        store.close();
        open();
        assertThat(missing(old)).isEmpty();
        assertThat(store.usedBytes()).isLessThanOrEqualTo(INDEX_BYTES + PACKS_BYTES);
        assertThat(others.findMissing(Set.copyOf(old))).hasSizeLessThan(old.size());
    }

    @Test
    void pinnedBlobsStayWhereverTheyAre() {
        var old = fill(0, ROOM / 2);
        var pinned =
                IntStream.range(0, old.size() / 7).mapToObj(i -> old.get(7 * i)).toList();
        try (var _ = pins.pin(Set.copyOf(pinned))) {
            for (var round = 0; round < 5; round++) {
                clock.advance(GRACE.multipliedBy(2));
                fill(1000 * (round + 1), 1000 * (round + 1) + ROOM);
            }
            for (var i = 0; i < pinned.size(); i++) {
                assertThat(Blobs.read(store, pinned.get(i))).isEqualTo(bytes(7 * i));
            }
        }
        clock.advance(GRACE.multipliedBy(2));
        fill(10_000, 10_000 + ROOM);
        clock.advance(GRACE.multipliedBy(2));
        fill(20_000, 20_000 + ROOM);
        assertThat(missing(pinned)).isNotEmpty();
    }

    @Test
    void packsThatArePinnedWholeStayAsTheyAre() {
        var old = fill(0, ROOM / 2);
        try (var _ = pins.pin(Set.copyOf(old))) {
            clock.advance(GRACE.multipliedBy(2));
            fill(1000, 1000 + ROOM * 3 / 4);

            assertThat(home.resolve("packs/00000001.pack")).exists();
            assertThat(missing(old)).isEmpty();
        }
    }

    @Test
    void whatWasReportedPresentStaysForTheTimeOfGrace() {
        var old = fill(0, ROOM / 2);
        clock.advance(GRACE.multipliedBy(2));
        var reported = old.subList(0, 10);
        assertThat(missing(reported)).isEmpty();
        fill(1000, 1000 + ROOM / 3);
        clock.advance(GRACE.minusMinutes(1));
        fill(2000, 2000 + ROOM);

        assertThat(missing(reported)).isEmpty();
    }

    @Test
    void whatIsUsedAgainOutlivesWhatIsNot() {
        var old = fill(0, ROOM / 2);
        clock.advance(Duration.ofDays(1));
        var used = old.subList(0, 6);
        missing(used);
        clock.advance(Duration.ofDays(1));
        fill(1000, 1000 + ROOM * 3 / 4);

        assertThat(missing(used)).isEmpty();
        assertThat(missing(old.subList(6, 14))).hasSize(8);
    }

    @Test
    void movedBlobsAreFoundAfterReopening() {
        var old = fill(0, ROOM / 2);
        try (var _ = pins.pin(Set.of(old.getFirst()))) {
            clock.advance(GRACE.multipliedBy(2));
            fill(1000, 1000 + ROOM * 3 / 4);
            assertThat(home.resolve("packs/00000001.pack")).doesNotExist();
            store.close();
            open();

            assertThat(Blobs.read(store, old.getFirst())).isEqualTo(bytes(0));
        }
    }
}
