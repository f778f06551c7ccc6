// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32C;

/// Remembers checksums of the blocks of large blobs whose digests were found right, so that reading one again
/// verifies it at a fraction of the cost. Bounded: what it forgets is digested again. Thread-safe.
final class BlockSums {
    /// From this size on it pays.
    private static final long MIN_BYTES = 1 << 20;

    /// The sums of a blob of this size take up 64 KiB.
    private static final long MAX_BYTES = 4L << 30;

    private static final int BLOCK_BYTES = 256 << 10;
    private static final int BLOBS = 256;

    private final Recent<Digest, int[]> known = new Recent<>(BLOBS);

    /// Returns a stream of the bytes of a blob that checks them, as [VerifyingInputStream] does.
    ///
    /// @param content closed with the stream
    InputStream verify(InputStream content, Digest digest, Runnable onBadBytes) {
        if (digest.sizeBytes() < MIN_BYTES || digest.sizeBytes() > MAX_BYTES) {
            return new VerifyingInputStream(content, digest, onBadBytes);
        }
        var sums = known.get(digest);
        return sums == null
                ? new VerifyingInputStream(new Learning(content, digest), digest, onBadBytes)
                : new Checking(content, digest, sums, onBadBytes);
    }

    private static int sum(byte[] bytes, int length) {
        var sum = new CRC32C();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    /// Computes the sums of what passes. They are remembered when the end is seen, for which
    /// `VerifyingInputStream` looks only after it has found the digest right.
    private final class Learning extends FilterInputStream {
        private final Digest digest;
        private final int[] sums;
        private final CRC32C sum = new CRC32C();
        private long bytes;

        Learning(InputStream next, Digest digest) {
            super(next);
            this.digest = digest;
            this.sums = new int[(int) Math.ceilDiv(digest.sizeBytes(), (long) BLOCK_BYTES)];
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            // No more than to the end of the block.
            var n = in.read(buffer, offset, (int) Math.min(length, BLOCK_BYTES - bytes % BLOCK_BYTES));
            if (n > 0 && bytes + n <= digest.sizeBytes()) {
                sum.update(buffer, offset, n);
                bytes += n;
                note();
            } else if (n < 0 && bytes == digest.sizeBytes()) {
                known.put(digest, sums);
            }
            return n;
        }

        private void note() {
            if (bytes % BLOCK_BYTES == 0 || bytes == digest.sizeBytes()) {
                sums[(int) ((bytes - 1) / BLOCK_BYTES)] = (int) sum.getValue();
                sum.reset();
            }
        }
    }

    /// Passes on blocks whose sums are right.
    private static final class Checking extends InputStream {
        private final InputStream next;
        private final Digest digest;
        private final int[] sums;
        private final Runnable onBadBytes;
        private final byte[] block = new byte[BLOCK_BYTES];
        private int blocks;
        private int position;
        private int limit;
        private boolean bad;

        Checking(InputStream next, Digest digest, int[] sums, Runnable onBadBytes) {
            this.next = next;
            this.digest = digest;
            this.sums = sums;
            this.onBadBytes = onBadBytes;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            if (length == 0) {
                return 0;
            }
            if (bad) {
                throw new CorruptBlobException(digest);
            }
            if (position == limit) {
                if (blocks == sums.length) {
                    return -1;
                }
                fill();
            }
            var n = Math.min(length, limit - position);
            System.arraycopy(block, position, buffer, offset, n);
            position += n;
            return n;
        }

        private void fill() throws IOException {
            var expected = (int) Math.min(BLOCK_BYTES, digest.sizeBytes() - (long) blocks * BLOCK_BYTES);
            var n = next.readNBytes(block, 0, expected);
            var last = blocks == sums.length - 1;
            if (n < expected || sum(block, n) != sums[blocks] || (last && next.read() >= 0)) {
                bad = true;
                onBadBytes.run();
                throw new CorruptBlobException(digest);
            }
            blocks++;
            position = 0;
            limit = n;
        }

        @Override
        public void close() throws IOException {
            next.close();
        }
    }
}
