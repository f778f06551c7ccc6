// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import build.steading.blob.BlobContent;
import build.steading.blob.BlobStore;
import build.steading.blob.BlobStoreContract;
import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackedBlobStoreTest extends BlobStoreContract {
    private static final int MAX_BLOB_BYTES = 4096;
    private static final int PACK_BYTES = 64 << 10;

    @TempDir
    private Path home;

    private final MemoryBlobStore others = new MemoryBlobStore();
    private PackedBlobStore store;

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected BlobStore newStore() {
        reopen(Durability.NONE);
        return store;
    }

    private void reopen(Durability durability) {
        if (store != null) {
            store.close();
        }
        var sizes = new PackedBlobStore.Sizes(PACK_BYTES, MAX_BLOB_BYTES);
        var config = new PackedBlobStore.Config(home, 100 << 20, Duration.ofHours(1), durability, sizes, true);
        store = new PackedBlobStore(config, others, _ -> false, new ManualClock());
    }

    private static byte[] bytes(int number) {
        var bytes = new byte[1 + number * 37 % 900];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    @Test
    void indexThatGrowsGivesMemoryAndDiskBack() throws IOException {
        for (var i = 0; i < 20_000; i++) {
            Blobs.put(store, ByteBuffer.allocate(Integer.BYTES).putInt(i).array());
        }
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            var mapped = maps.filter(line -> line.contains(home.toString())).toList();
            assertThat(mapped).hasSize(64).noneMatch(line -> line.endsWith("(deleted)"));
        }
    }

    /// Stores so many blobs, which fill several packs.
    private List<Digest> fill(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Blobs.put(store, bytes(i)))
                .toList();
    }

    private void assertHas(List<Digest> digests) {
        assertThat(store.findMissing(Set.copyOf(digests))).isEmpty();
        for (var i = 0; i < digests.size(); i++) {
            assertThat(Blobs.read(store, digests.get(i))).isEqualTo(bytes(i));
        }
    }

    private Path pack(int number) {
        return home.resolve("packs").resolve("%08d.pack".formatted(number));
    }

    private static void write(Path file, long position, byte[] bytes) throws IOException {
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.position(position);
            channel.write(ByteBuffer.wrap(bytes));
        }
    }

    private static void assertMissing(BlobStore blobs, Digest digest) {
        assertThatThrownBy(() -> blobs.open(digest).close())
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isEqualTo(new Failure.MissingBlobs(Set.of(digest)));
        assertThat(blobs.findMissing(Set.of(digest))).containsExactly(digest);
    }

    @ParameterizedTest
    @EnumSource
    void blobsOutliveTheStoreObject(Durability durability) {
        reopen(durability);
        var digests = fill(500);
        assertThat(pack(3)).exists();

        reopen(durability);
        assertHas(digests);
    }

    @Test
    void storingGoesOnInTheSamePackAfterReopening() {
        var first = fill(1);
        reopen(Durability.NONE);

        var second = Blobs.put(store, bytes(1));
        assertThat(pack(2)).doesNotExist();
        assertHas(List.of(first.getFirst(), second));
    }

    @Test
    void onlySmallBlobsGoIntoPacks() {
        var largest = Blobs.put(store, new byte[MAX_BLOB_BYTES]);
        var larger = Blobs.put(store, new byte[MAX_BLOB_BYTES + 1]);

        assertThat(others.findMissing(Set.of(largest, larger))).containsExactly(largest);
        assertThat(store.findMissing(Set.of(largest, larger))).isEmpty();
    }

    @Test
    void smallBlobsOfTheOtherStoreAreServed() {
        var digest = Blobs.put(others, bytes(1));

        assertThat(store.findMissing(Set.of(digest))).isEmpty();
        assertThat(Blobs.read(store, digest)).isEqualTo(bytes(1));
    }

    @Test
    void storingAPresentBlobLeavesItsContentUnread() {
        var digest = Blobs.put(store, bytes(1));
        var content = new ByteArrayInputStream(bytes(1));

        store.put(digest, content);
        assertThat(content.available()).isEqualTo(bytes(1).length);
    }

    @Test
    void eachOfManyBlobsIsStoredOrRefusedAlone() {
        var good = new BlobContent(Digest.of(bytes(1)), ByteString.copyFrom(bytes(1)));
        var bad = new BlobContent(Digest.of(bytes(2)), ByteString.copyFrom(bytes(3)));
        var large = new BlobContent(Digest.of(new byte[5000]), ByteString.copyFrom(new byte[5000]));
        var badLarge = new BlobContent(Digest.of(new byte[5001]), ByteString.copyFrom(new byte[5000]));
        var empty = new BlobContent(Digest.EMPTY, ByteString.EMPTY);

        var failures = store.putAll(List.of(good, bad, large, good, badLarge, empty));

        assertThat(failures).containsOnlyKeys(1, 4);
        assertThat(failures.values()).hasOnlyElementsOfType(Failure.Invalid.class);
        assertThat(store.findMissing(Set.of(good.digest(), large.digest()))).isEmpty();
        assertMissing(store, bad.digest());
        assertThat(store.putAll(List.of())).isEqualTo(Map.of());
    }

    @Test
    void indexThatIsGoneIsMadeAnew() throws IOException {
        var digests = fill(300);
        store.close();
        for (var i = 0; i < 64; i++) {
            Files.delete(home.resolve("index/%02x".formatted(i)));
        }
        store = null;
        reopen(Durability.NONE);

        assertHas(digests);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "1f", "3f", "checkpoint"})
    void indexThatIsCutOffIsMadeAnew(String name) throws IOException {
        var digests = fill(300);
        store.close();
        var file = home.resolve("index").resolve(name);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 20));
        store = null;
        reopen(Durability.NONE);

        assertHas(digests);
    }

    @Test
    void indexOfAnotherStoreIsNotBelieved() throws IOException {
        var digests = fill(300);
        store.close();
        write(home.resolve("index/07"), 8, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        store = null;
        reopen(Durability.NONE);

        assertHas(digests);
    }

    @Test
    void garbageInTheIndexNeverBecomesABlob() throws IOException {
        var digests = fill(300);
        store.close();
        var random = new Random(1);
        for (var i = 0; i < 64; i++) {
            var garbage = new byte[2048];
            random.nextBytes(garbage);
            write(home.resolve("index/%02x".formatted(i)), 4096 + 1024, garbage);
        }
        store = null;
        reopen(Durability.NONE);

        for (var i = 0; i < digests.size(); i++) {
            var digest = digests.get(i);
            if (store.findMissing(Set.of(digest)).isEmpty()) {
                assertThat(Blobs.read(store, digest)).isEqualTo(bytes(i));
            }
            Blobs.put(store, bytes(i));
        }
        assertHas(digests);
    }

    @Test
    void entryThatPointsElsewhereIsFoundOut() throws IOException {
        var digests = fill(2);
        store.close();
        var swapped = Files.readAllBytes(pack(1));
        var second = PackRecord.length(bytes(0).length);
        var first = Arrays.copyOf(swapped, second);
        // Two good records, but where the index says that the second begins is the middle of nothing.
        write(pack(1), 0, Arrays.copyOfRange(swapped, second, swapped.length));
        write(pack(1), swapped.length - second, first);
        store = null;
        reopen(Durability.NONE);

        digests.forEach(digest -> assertMissing(store, digest));
    }

    @Test
    void flippedBitIsNeverServedAndTheBlobCanBeStoredAgain() throws IOException {
        var content = bytes(7);
        var digest = Blobs.put(store, content);
        var whole = Files.readAllBytes(pack(1));
        for (var bit = 0; bit < 8 * (PackRecord.HEADER_BYTES + content.length); bit += 101) {
            var flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            write(pack(1), 0, flipped);

            assertMissing(store, digest);

            write(pack(1), 0, whole);
            Blobs.put(store, content);
            assertThat(Blobs.read(store, digest)).isEqualTo(content);
            store.close();
            Files.write(pack(1), whole);
            Files.delete(home.resolve("index/checkpoint"));
            store = null;
            reopen(Durability.NONE);
        }
    }

    @Test
    void tailThatIsTornIsCutOff() throws IOException {
        var digests = fill(20);
        store.close();
        Files.delete(home.resolve("index/checkpoint"));
        var size = Files.size(pack(1));
        var torn = PackRecord.length(bytes(19).length);
        for (var cut = 1; cut < torn; cut += 7) {
            var whole = Files.readAllBytes(pack(1));
            Files.write(pack(1), Arrays.copyOf(whole, (int) size - cut));
            store = null;
            reopen(Durability.NONE);

            assertHas(digests.subList(0, 19));
            // The zeros at the end of a record do not count.
            if (store.findMissing(Set.of(digests.get(19))).isEmpty()) {
                assertThat(Blobs.read(store, digests.get(19))).isEqualTo(bytes(19));
            }
            Blobs.put(store, bytes(19));
            assertHas(digests);
            store.close();
            Files.delete(home.resolve("index/checkpoint"));
        }
        store = null;
        reopen(Durability.NONE);
    }

    @Test
    void damageInTheMiddleCostsOneBlobOnly() throws IOException {
        var digests = fill(300);
        store.close();
        Files.delete(home.resolve("index/checkpoint"));
        write(pack(1), 10, new byte[] {1, 2, 3});
        store = null;
        reopen(Durability.NONE);

        assertThat(store.findMissing(Set.copyOf(digests))).containsExactly(digests.getFirst());
    }

    @Test
    void readersAreNotDisturbedByOneThatIsInterrupted() throws InterruptedException {
        var digest = Blobs.put(store, bytes(1));
        var interrupted = Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> Blobs.read(store, digest)).isInstanceOf(SteadingException.class);
        });
        interrupted.join();

        assertThat(Blobs.read(store, digest)).isEqualTo(bytes(1));
    }
}
