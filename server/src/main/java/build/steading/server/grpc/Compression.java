// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// How the bytes of a blob travel. In the store they are as they are.
enum Compression {
    IDENTITY {
        @Override
        InputStream compressed(InputStream content) {
            return content;
        }

        @Override
        InputStream expanded(InputStream content, Digest digest) {
            return content;
        }
    },
    ZSTD {
        @Override
        InputStream compressed(InputStream content) {
            return new Compressing(content);
        }

        @Override
        InputStream expanded(InputStream frames, Digest digest) {
            return new Expanding(frames, digest);
        }
    };

    private static final int WORTH_IT_BYTES = 256;

    /// Returns the bytes as they travel, one frame. To close it closes `content`.
    abstract InputStream compressed(InputStream content);

    /// Returns the bytes of a blob out of those that travelled, several frames perhaps. There are never many more
    /// than `digest` has, whatever the frames claim. To close it closes `frames`.
    ///
    /// Reading throws a `SteadingException` with `Invalid` if the frames are broken.
    abstract InputStream expanded(InputStream frames, Digest digest);

    /// Returns one frame with all of a small blob, if it has clearly fewer bytes.
    static Optional<byte[]> smaller(byte[] content) {
        return content.length < WORTH_IT_BYTES
                ? Optional.empty()
                : Optional.of(Zstd.compress(content)).filter(frame -> frame.length < content.length * 9L / 10);
    }

    /// Compresses what is read, piece by piece. Not thread-safe.
    private static final class Compressing extends InputStream {
        private static final int PIECE_BYTES = 128 << 10;

        private final InputStream content;
        private final ByteArrayOutputStream made = new ByteArrayOutputStream();
        private final ZstdOutputStreamNoFinalizer compressor;
        private InputStream current = InputStream.nullInputStream();
        private boolean ended;

        Compressing(InputStream content) {
            this.content = content;
            try {
                this.compressor = new ZstdOutputStreamNoFinalizer(made);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            var n = current.read(buffer, offset, length);
            while (n < 0 && !ended) {
                fill();
                n = current.read(buffer, offset, length);
            }
            return n;
        }

        private void fill() throws IOException {
            var piece = content.readNBytes(PIECE_BYTES);
            if (piece.length == 0) {
                ended = true;
                compressor.close();
            } else {
                compressor.write(piece);
            }
            current = new ByteArrayInputStream(made.toByteArray());
            made.reset();
        }

        @Override
        public void close() throws IOException {
            compressor.close();
            content.close();
        }
    }

    /// Expands what is read, to one byte more than it should be at the most. Not thread-safe.
    private static final class Expanding extends InputStream {
        /// What a frame may have the reader remember: more than any but extreme compression asks for.
        private static final int MAX_WINDOW_LOG = 23;

        private final ZstdInputStreamNoFinalizer expander;
        private final Digest digest;
        private long left;

        Expanding(InputStream frames, Digest digest) {
            this.digest = digest;
            this.left = digest.sizeBytes() + 1;
            try {
                this.expander = new ZstdInputStreamNoFinalizer(frames);
                expander.setLongMax(MAX_WINDOW_LOG);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0 || left == 0) {
                return length == 0 ? 0 : -1;
            }
            try {
                var n = expander.read(buffer, offset, (int) Math.min(length, left));
                left -= Math.max(0, n);
                return n;
            } catch (ZstdIOException e) {
                throw SteadingException.invalid(
                        "Blob `%s` came as broken zstd: %s", digest, String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void close() throws IOException {
            expander.close();
        }
    }
}
