// SPDX-License-Identifier: Apache-2.0
package build.steading.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.action.ActionCache;
import build.steading.action.CompleteActionCache;
import build.steading.action.MemoryActionCache;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ChunkedBlobsTest {
    private static final byte[] CONTENT = FastCdcTest.content(40_000);

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final CountingCache splits = new CountingCache();
    private final ChunkedBlobs chunked =
            new ChunkedBlobs(blobs, new CompleteActionCache(splits, blobs), new FastCdc(1 << 10));

    @Test
    void chunksOfABlobGiveTheBlob() {
        var blob = Blobs.put(blobs, CONTENT);

        var chunks = chunked.split(blob);

        assertThat(chunks).hasSize(33);
        assertThat(joined(chunks)).isEqualTo(CONTENT);
    }

    @Test
    void aBlobIsSplitOnce() {
        var blob = Blobs.put(blobs, CONTENT);

        var chunks = chunked.split(blob);

        assertThat(chunked.split(blob)).isEqualTo(chunks);
        assertThat(splits.puts).isEqualTo(1);
    }

    @Test
    void blobWhoseChunksWereLostIsSplitAgain() {
        var blob = Blobs.put(blobs, CONTENT);
        var before = chunked.split(blob);
        // A split is remembered, but this store never had its chunks.
        var other = new MemoryBlobStore();
        Blobs.put(other, CONTENT);

        var after = new ChunkedBlobs(other, new CompleteActionCache(splits, other), new FastCdc(1 << 10)).split(blob);

        assertThat(after).isEqualTo(before);
        assertThat(other.findMissing(Set.copyOf(after))).isEmpty();
    }

    @Test
    void theEmptyBlobHasNoChunks() {
        assertThat(chunked.split(Digest.EMPTY)).isEmpty();
    }

    @Test
    void absentBlobCannotBeSplit() {
        var blob = Digest.of(CONTENT);

        assertFails(new Failure.MissingBlobs(Set.of(blob)), () -> chunked.split(blob));
    }

    @Test
    void splicedBlobIsThere() {
        var chunks = List.of(part(0, 300), part(300, 10_000), part(10_000, 40_000));

        chunked.splice(Digest.of(CONTENT), chunks);

        assertThat(Blobs.read(blobs, Digest.of(CONTENT))).isEqualTo(CONTENT);
    }

    @Test
    void chunksOfOurSizesThatWereSplicedAreRememberedAsSplit() {
        var chunks = new ArrayList<Digest>();
        for (var from = 0; from < 40_000; from += 2_000) {
            chunks.add(part(from, from + 2_000));
        }

        chunked.splice(Digest.of(CONTENT), chunks);

        assertThat(chunked.split(Digest.of(CONTENT))).isEqualTo(chunks);
    }

    @Test
    void chunksThatNobodyElseWouldMakeAreNotRemembered() {
        var tiny = List.of(part(0, 255), part(255, 4_000), part(4_000, 8_000));
        var blob = Digest.of(joined(tiny));

        chunked.splice(blob, tiny);

        assertThat(splits.puts).isZero();
        assertThat(chunked.split(blob)).isNotEqualTo(tiny);
    }

    @Test
    void chunksInAnotherOrderAreNotTheBlob() {
        var swapped = List.of(part(20_000, 40_000), part(0, 20_000));

        assertThatExceptionOfType(SteadingException.class)
                .isThrownBy(() -> chunked.splice(Digest.of(CONTENT), swapped))
                .matches(e -> e.failure() instanceof Failure.Invalid);
        assertThat(blobs.findMissing(Set.of(Digest.of(CONTENT)))).hasSize(1);
        assertThat(splits.puts).isZero();
    }

    @Test
    void sizesThatDoNotAddUpAreRefusedUnread() {
        var huge = new Digest(Digest.of(CONTENT).hash(), Long.MAX_VALUE);

        assertThatExceptionOfType(SteadingException.class)
                .isThrownBy(() -> chunked.splice(Digest.of(CONTENT), List.of(huge, huge, part(0, 2))))
                .matches(e -> e.failure() instanceof Failure.Invalid);
    }

    @Test
    void absentChunksAreNamed() {
        var absent = Digest.of(new byte[20_000]);

        assertFails(
                new Failure.MissingBlobs(Set.of(absent)),
                () -> chunked.splice(Digest.of(CONTENT), List.of(part(0, 20_000), absent)));
    }

    @Test
    void blobThatIsThereIsNotSplicedAgain() {
        var blob = Blobs.put(blobs, CONTENT);

        // The sizes are right, the content is not, and nobody looks.
        chunked.splice(blob, List.of(part(20_000, 40_000), part(0, 20_000)));

        assertThat(splits.puts).isZero();
    }

    private Digest part(int from, int to) {
        return Blobs.put(blobs, Arrays.copyOfRange(CONTENT, from, to));
    }

    private byte[] joined(List<Digest> chunks) {
        var bytes = new ByteArrayOutputStream();
        chunks.forEach(chunk -> bytes.writeBytes(Blobs.read(blobs, chunk)));
        return bytes.toByteArray();
    }

    private static void assertFails(Failure failure, ThrowingCallable call) {
        assertThatExceptionOfType(SteadingException.class)
                .isThrownBy(call)
                .extracting(SteadingException::failure)
                .isEqualTo(failure);
    }

    private static final class CountingCache implements ActionCache {
        private final ActionCache next = new MemoryActionCache(100);
        private int puts;

        @Override
        public Optional<ActionResult> find(Digest action) {
            return next.find(action);
        }

        @Override
        public void put(Digest action, ActionResult result) {
            puts++;
            next.put(action, result);
        }
    }
}
