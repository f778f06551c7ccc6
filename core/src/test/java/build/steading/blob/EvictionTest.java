// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store with room for ten blobs of 100 KiB.
class EvictionTest {
    private static final int BLOB_BYTES = 25 * 4096;
    private static final long MAX_BYTES = 10 * BLOB_BYTES;
    private static final Duration GRACE = Duration.ofHours(1);
    /// The grace, and the time for which a use need not be written down.
    private static final Duration EVICTABLE_AFTER = GRACE.plusMinutes(5);

    private final ManualClock clock = new ManualClock();
    private final Pins pins = new Pins();

    @TempDir
    private Path home;

    private FileBlobStore store;

    @BeforeEach
    void open() {
        var config = new FileBlobStore.Config(home.resolve("store"), MAX_BYTES, GRACE, Durability.NONE);
        store = new FileBlobStore(config, pins, clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Digest put(int number) {
        return Blobs.put(store, ByteBuffer.allocate(BLOB_BYTES).putInt(number).array());
    }

    /// Stores blobs, one a second, and lets the background come to rest.
    private List<Digest> fill(int count) {
        var digests = new ArrayList<Digest>();
        for (var i = 0; i < count; i++) {
            digests.add(put(i));
            clock.advance(Duration.ofSeconds(1));
        }
        store.evict();
        return digests;
    }

    private Set<Digest> missing(List<Digest> digests) {
        return store.findMissing(new HashSet<>(digests));
    }

    @Test
    void nothingIsEvictedAtNinetyPercent() {
        var digests = fill(9);
        clock.advance(EVICTABLE_AFTER);

        store.evict();
        assertThat(missing(digests)).isEmpty();
    }

    @Test
    void leastRecentlyStoredGoesFirst() {
        var digests = fill(9);
        clock.advance(EVICTABLE_AFTER);
        digests.add(put(9));

        store.evict();
        assertThat(missing(digests)).containsExactly(digests.getFirst());
        assertThat(store.usedBytes()).isEqualTo(MAX_BYTES / 10 * 9);
    }

    @Test
    void leastRecentlyReportedGoesFirst() {
        var digests = fill(9);
        clock.advance(Duration.ofMinutes(10));
        assertThat(store.findMissing(Set.of(digests.getFirst()))).isEmpty();
        clock.advance(EVICTABLE_AFTER);
        digests.add(put(9));

        store.evict();
        assertThat(missing(digests)).containsExactly(digests.get(1));
    }

    @Test
    void storingAgainIsAUse() {
        var digests = fill(9);
        clock.advance(Duration.ofMinutes(10));
        put(0);
        clock.advance(EVICTABLE_AFTER);
        digests.add(put(9));

        store.evict();
        assertThat(missing(digests)).containsExactly(digests.get(1));
    }

    @Test
    void storeWithoutRoomEvictsByItself() {
        var digests = fill(10);
        clock.advance(EVICTABLE_AFTER);
        digests.add(put(10));

        assertThat(missing(digests)).contains(digests.getFirst()).doesNotContain(digests.getLast());
        assertThat(store.usedBytes()).isLessThanOrEqualTo(MAX_BYTES);
    }

    @Test
    void whatWasReportedPresentStaysForTheGrace() {
        var digests = fill(10);
        clock.advance(EVICTABLE_AFTER);
        // The last moment at which a use is not written down, because an earlier one was.
        assertThat(missing(digests)).isEmpty();
        clock.advance(Duration.ofMinutes(5).minusNanos(1));
        assertThat(missing(digests)).isEmpty();
        clock.advance(GRACE);

        assertFull(() -> put(10));
        assertThat(missing(digests)).isEmpty();
    }

    @Test
    void refusalSaysWhatHoldsTheRoom() {
        var digests = fill(10);
        clock.advance(Duration.ofMinutes(1));
        try (var _ = pins.pin(Set.copyOf(digests.subList(0, 4)))) {
            // A pass in the background may have looked before the blobs were pinned, and the refusal says what it
            // saw.
            store.evict();
            assertThatThrownBy(() -> put(10))
                    .hasMessage("The store is full: 1000.0 KiB of 1000.0 KiB are used, of which running work needs"
                            + " 400.0 KiB and 600.0 KiB were used less than PT1H5M ago");
        }
    }

    @Test
    void pinnedBlobsStay() {
        var digests = fill(10);
        clock.advance(EVICTABLE_AFTER);
        try (var _ = pins.pin(Set.copyOf(digests))) {
            assertFull(() -> put(10));
        }
        clock.advance(Duration.ofMinutes(1));

        put(10);
        assertThat(missing(digests)).isNotEmpty();
    }

    @Test
    void pinnedTwiceStaysUntilBothAreClosed() {
        var digest = put(0);
        var first = pins.pin(Set.of(digest));
        var second = pins.pin(Set.of(digest));

        first.close();
        first.close();
        assertThat(pins.test(digest)).isTrue();
        second.close();
        assertThat(pins.test(digest)).isFalse();
    }

    @Test
    void blobLargerThanTheStoreIsRefusedForGood() {
        var digest = new Digest(Digest.EMPTY.hash(), MAX_BYTES + 1);

        assertThatThrownBy(() -> store.put(digest, new BlobStoreContract.Pattern(MAX_BYTES + 1)))
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isInstanceOf(Failure.Invalid.class);
    }

    /// Else a client fills the store by saying that it will.
    @Test
    void blobTakesUpOnlyWhatHasArrived() {
        var size = 1L << 30;
        var config = new FileBlobStore.Config(home.resolve("roomy"), size, GRACE, Durability.NONE);
        try (var roomy = new FileBlobStore(config, pins, clock)) {
            var small = "small".getBytes(StandardCharsets.UTF_8);
            var content = new InputStream() {
                @Override
                public int read() {
                    Blobs.put(roomy, small);
                    return -1;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) {
                    return read();
                }
            };

            assertThatThrownBy(() -> roomy.put(new Digest(Digest.EMPTY.hash(), size), content))
                    .asInstanceOf(type(SteadingException.class))
                    .extracting(SteadingException::failure)
                    .isInstanceOf(Failure.Invalid.class);
            assertThat(Blobs.read(roomy, Digest.of(small))).isEqualTo(small);
        }
    }

    /// What was not set aside at first is when it arrives: the size of the store holds.
    @Test
    void blobThatGrowsBeyondTheRoomIsRefused() {
        var size = 100L << 20;
        var config = new FileBlobStore.Config(home.resolve("roomy"), size, GRACE, Durability.NONE);
        try (var roomy = new FileBlobStore(config, pins, clock)) {
            Blobs.put(roomy, new byte[50 << 20]);

            assertFull(() -> roomy.put(new Digest(Digest.EMPTY.hash(), size), new BlobStoreContract.Pattern(size)));
            assertThat(roomy.usedBytes()).isLessThanOrEqualTo(size);
        }
    }

    @Test
    void executableTwinGoesWithItsBlob() throws IOException {
        var digest = put(100);
        var twin = store.file(digest, true);
        clock.advance(EVICTABLE_AFTER);
        fill(9);

        store.evict();
        assertThat(store.findMissing(Set.of(digest))).contains(digest);
        assertThat(twin).doesNotExist();
        assertThat(store.usedBytes()).isLessThanOrEqualTo(MAX_BYTES / 10 * 9);
    }

    @Test
    void readerKeepsReadingWhileTheBlobIsEvicted() throws IOException {
        var digests = fill(10);
        try (var content = store.open(digests.getFirst())) {
            clock.advance(EVICTABLE_AFTER.multipliedBy(2));
            store.evict();
            assertThat(missing(digests)).contains(digests.getFirst());
            assertThat(Digest.of(content.readAllBytes())).isEqualTo(digests.getFirst());
        }
    }

    @Test
    void evictedBlobCanBeStoredAnew() {
        fill(10);
        clock.advance(EVICTABLE_AFTER);
        store.evict();

        assertThat(store.findMissing(Set.of(put(0)))).isEmpty();
    }

    @Test
    void sizeIsKnownWithoutALookAtTheBlobs() throws IOException {
        fill(3);
        store.close();
        try (var files = Files.walk(home.resolve("store/blobs"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }

        open();
        assertThat(store.usedBytes()).isEqualTo(3 * BLOB_BYTES);
    }

    @Test
    void evictionCorrectsTheSize() throws IOException {
        fill(3);
        Files.delete(store.file(put(0), false));

        store.evict();
        assertThat(store.usedBytes()).isEqualTo(2 * BLOB_BYTES);
    }

    @Test
    void damagedSizeFileIsNoObstacle() throws IOException {
        fill(3);
        store.close();
        Files.writeString(home.resolve("store/usage"), "usage 1 clean 1 2 x");

        open();
        store.evict();
        assertThat(store.usedBytes()).isEqualTo(3 * BLOB_BYTES);
    }

    @Test
    void whatADeadProcessLeftIsClearedAway() throws IOException {
        var left = home.resolve("store/blobs/ab/.new-1-1-0");
        store.close();
        Files.createDirectories(left.getParent());
        Files.writeString(left, "half a blob");
        open();

        store.evict();
        assertThat(left).doesNotExist();
    }

    @Test
    void everyoneSeesWholeBlobsOrNoneWhileTheyComeAndGo() throws Exception {
        store.close();
        var config = new FileBlobStore.Config(home.resolve("busy"), MAX_BYTES, Duration.ZERO, Durability.NONE);
        store = new FileBlobStore(config, pins, InstantSource.system());
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var users = new ArrayList<Future<?>>();
            for (var seed = 0; seed < 4; seed++) {
                var random = new Random(seed);
                users.add(executor.submit(() -> {
                    for (var i = 0; i < 300; i++) {
                        use(random);
                    }
                    return null;
                }));
            }
            for (var user : users) {
                user.get();
            }
        }

        var counted = store.usedBytes();
        assertThat(counted).isLessThanOrEqualTo(MAX_BYTES);
        store.evict();
        assertThat(store.usedBytes()).isLessThanOrEqualTo(counted);
    }

    private void use(Random random) throws IOException {
        var bytes = ByteBuffer.allocate(BLOB_BYTES).putInt(random.nextInt(20)).array();
        var digest = Digest.of(bytes);
        try {
            switch (random.nextInt(5)) {
                case 0, 1 -> Blobs.put(store, bytes);
                case 2 -> assertThat(Blobs.read(store, digest)).isEqualTo(bytes);
                case 3 -> store.file(digest, random.nextBoolean());
                default -> store.evict();
            }
        } catch (SteadingException e) {
            assertThat(e.failure()).isInstanceOfAny(Failure.MissingBlobs.class, Failure.Overloaded.class);
        }
    }

    private static void assertFull(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isInstanceOf(Failure.Overloaded.class);
    }
}
