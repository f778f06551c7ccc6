// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [BlobStore] owes.
public abstract class BlobStoreContract {
    private static final byte[] HELLO = "hello".getBytes(UTF_8);
    private static final Digest HELLO_DIGEST = Digest.of(HELLO);
    private static final Digest ABSENT = Digest.of("absent".getBytes(UTF_8));

    private BlobStore blobs;

    /// Returns a new store without blobs, with room for at least 100 MiB.
    protected abstract BlobStore newStore() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        blobs = newStore();
    }

    @Test
    void storedBlobIsPresentAndReadsBack() {
        assertThat(Blobs.put(blobs, HELLO)).isEqualTo(HELLO_DIGEST);

        assertThat(blobs.findMissing(Set.of(HELLO_DIGEST, ABSENT))).containsExactly(ABSENT);
        assertThat(Blobs.read(blobs, HELLO_DIGEST)).isEqualTo(HELLO);
    }

    @Test
    void nothingIsMissingFromNothing() {
        assertThat(blobs.findMissing(Set.of())).isEmpty();
    }

    @Test
    void missingOnesAreFoundAmongMany() {
        var wanted = new HashSet<Digest>();
        var absent = new HashSet<Digest>();
        for (var i = 0; i < 500; i++) {
            var bytes = ("blob " + i).getBytes(UTF_8);
            wanted.add(i % 2 == 0 ? Blobs.put(blobs, bytes) : Digest.of(bytes));
            if (i % 2 == 1) {
                absent.add(Digest.of(bytes));
            }
        }

        assertThat(blobs.findMissing(wanted)).isEqualTo(absent);
    }

    @Test
    void emptyBlobIsAlwaysPresent() throws IOException {
        assertThat(blobs.findMissing(Set.of(Digest.EMPTY))).isEmpty();
        try (var content = blobs.open(Digest.EMPTY)) {
            assertThat(content.read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void blobIsFoundByTheFunctionThatItWasStoredBy(HashFunction function) {
        var digest = Blobs.put(blobs, HELLO, function);

        assertThat(digest.function()).isEqualTo(function);
        assertThat(Blobs.read(blobs, digest)).isEqualTo(HELLO);
        assertThat(blobs.findMissing(Set.of(digest, function.empty()))).isEmpty();
        for (var other : HashFunction.values()) {
            var sameHash = new Digest(other, digest.hash(), HELLO.length);
            assertThat(blobs.findMissing(Set.of(sameHash)).isEmpty()).isEqualTo(other == function);
        }
    }

    @Test
    void blobsOfSeveralFunctionsAreAskedForTogether() {
        var one = Blobs.put(blobs, HELLO, HashFunction.SHA256);
        var other = Blobs.put(blobs, HELLO, HashFunction.BLAKE3);
        var absent = HashFunction.BLAKE3.of(new byte[] {7});

        assertThat(blobs.findMissing(Set.of(one, other, absent, ABSENT))).containsExactlyInAnyOrder(absent, ABSENT);
    }

    @Test
    void contentOfAnotherDigestIsRefusedInEveryFunction() {
        for (var function : HashFunction.values()) {
            assertRefused(function.of(HELLO), "hallo".getBytes(UTF_8));
        }
    }

    @Test
    void emptyBlobMayBeStored() {
        Blobs.put(blobs, new byte[0]);

        assertThat(Blobs.read(blobs, Digest.EMPTY)).isEmpty();
    }

    @Test
    void absentBlobCannotBeOpened() {
        assertThatThrownBy(() -> blobs.open(ABSENT).close())
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isEqualTo(new Failure.MissingBlobs(Set.of(ABSENT)));
    }

    @Test
    void rightHashWithWrongSizeIsAnotherBlob() {
        Blobs.put(blobs, HELLO);

        var longer = new Digest(HELLO_DIGEST.hash(), HELLO.length + 1);
        assertThat(blobs.findMissing(Set.of(longer))).containsExactly(longer);
        assertRefused(longer, HELLO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hallo", "hell", "hello!", ""})
    void contentOfAnotherDigestIsRefusedAndNotStored(String content) {
        assertRefused(HELLO_DIGEST, content.getBytes(UTF_8));
    }

    @Test
    void contentForTheEmptyBlobIsRefused() {
        assertThatThrownBy(() -> blobs.put(Digest.EMPTY, new ByteArrayInputStream(HELLO)))
                .isInstanceOf(SteadingException.class);

        assertThat(Blobs.read(blobs, Digest.EMPTY)).isEmpty();
    }

    @Test
    void refusedBlobCanBeStoredAfterwards() {
        assertRefused(HELLO_DIGEST, "hallo".getBytes(UTF_8));

        Blobs.put(blobs, HELLO);
        assertThat(Blobs.read(blobs, HELLO_DIGEST)).isEqualTo(HELLO);
    }

    private void assertRefused(Digest digest, byte[] content) {
        assertThatThrownBy(() -> blobs.put(digest, new ByteArrayInputStream(content)))
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isInstanceOf(Failure.Invalid.class);
        assertThat(blobs.findMissing(Set.of(digest))).containsExactly(digest);
    }

    @Test
    void contentThatNeverEndsIsRefused() {
        assertThatThrownBy(() -> blobs.put(HELLO_DIGEST, new Pattern(Long.MAX_VALUE)))
                .isInstanceOf(SteadingException.class);

        assertThat(blobs.findMissing(Set.of(HELLO_DIGEST))).containsExactly(HELLO_DIGEST);
    }

    @Test
    void contentThatCannotBeReadIsNotStored() {
        var broken = new FilterInputStream(new ByteArrayInputStream(HELLO)) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (available() < HELLO.length) {
                    throw new IOException("Connection lost");
                }
                return super.read(buffer, offset, 3);
            }
        };

        assertThatThrownBy(() -> blobs.put(HELLO_DIGEST, broken))
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isInstanceOf(Failure.Unavailable.class);
        assertThat(blobs.findMissing(Set.of(HELLO_DIGEST))).containsExactly(HELLO_DIGEST);
    }

    @Test
    void storingTwiceChangesNothing() {
        Blobs.put(blobs, HELLO);
        Blobs.put(blobs, HELLO);

        assertThat(Blobs.read(blobs, HELLO_DIGEST)).isEqualTo(HELLO);
    }

    @Test
    void storingLeavesContentOpen() {
        var content = new ByteArrayInputStream(HELLO) {
            private boolean closed;

            @Override
            public void close() {
                closed = true;
            }
        };

        blobs.put(HELLO_DIGEST, content);
        assertThat(content.closed).isFalse();
    }

    @Test
    void contentThatArrivesInDropsIsStored() {
        var drops = new ByteArrayInputStream(HELLO) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(1, length));
            }
        };

        blobs.put(HELLO_DIGEST, drops);
        assertThat(Blobs.read(blobs, HELLO_DIGEST)).isEqualTo(HELLO);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4095, 4096, 4097, 131071, 131072, 131073, 262144})
    void blobsAroundBufferSizesReadBack(int size) throws IOException {
        var digest = Digests.of(new Pattern(size));

        blobs.put(digest, new Pattern(size));
        try (var content = blobs.open(digest)) {
            assertThat(content).hasSameContentAs(new Pattern(size));
        }
    }

    @Test
    void largeBlobReadsBack() throws IOException {
        var size = 65L * 1024 * 1024 + 1;
        var digest = Digests.of(new Pattern(size));

        blobs.put(digest, new Pattern(size));
        try (var content = blobs.open(digest)) {
            assertThat(Digests.of(content)).isEqualTo(digest);
        }
    }

    @Test
    void skippedBytesAreLeftOut() throws IOException {
        Blobs.put(blobs, HELLO);

        try (var content = blobs.open(HELLO_DIGEST)) {
            content.skipNBytes(2);
            assertThat(content.readAllBytes()).isEqualTo("llo".getBytes(UTF_8));
        }
    }

    @Test
    void oneBlobMayBeStoredByManyAtOnce() throws Exception {
        var threads = 8;
        var size = 300_000L;
        var digest = Digests.of(new Pattern(size));
        var barrier = new CyclicBarrier(threads);
        Callable<Void> put = () -> {
            barrier.await();
            blobs.put(digest, new Pattern(size));
            return null;
        };

        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var puts = new HashSet<Future<Void>>();
            for (var i = 0; i < threads; i++) {
                puts.add(executor.submit(put));
            }
            for (var done : puts) {
                done.get();
            }
        }
        try (var content = blobs.open(digest)) {
            assertThat(Digests.of(content)).isEqualTo(digest);
        }
    }

    /// So many bytes that look random and repeat late, without an array that holds them.
    protected static final class Pattern extends InputStream {
        private final long size;
        private long position;

        public Pattern(long size) {
            this.size = size;
        }

        @Override
        public int read() {
            return position == size ? -1 : byteAt(position++) & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (position == size && length > 0) {
                return -1;
            }
            var n = (int) Math.min(length, size - position);
            for (var i = 0; i < n; i++) {
                buffer[offset + i] = byteAt(position++);
            }
            return n;
        }

        private static byte byteAt(long position) {
            return (byte) ((position * 0x9E37_79B9_7F4A_7C15L) >>> 56);
        }
    }
}
