// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import com.google.bytestream.ReadResponse;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.Optional;

/// A range of a blob in pieces. A range that reaches the blob's end is read past it, so that the store's
/// verification happens before the client is told that it has everything.
final class Chunks implements Source<ReadResponse> {
    private static final int CHUNK_BYTES = 256 << 10;
    private static final System.Logger LOG = System.getLogger(Chunks.class.getName());

    private final Digest digest;
    private final InputStream content;
    private long left;

    private Chunks(Digest digest, InputStream content, long left) {
        this.digest = digest;
        this.content = content;
        this.left = left;
    }

    /// Begins at `offset` of `content`, and closes it in the end.
    ///
    /// @param limit most bytes to return; 0 means all
    static Chunks of(Digest digest, InputStream content, long offset, long limit) {
        return new Chunks(digest, content, limit == 0 ? Long.MAX_VALUE : limit).from(offset);
    }

    /// Begins at `offset` of `content`, compresses what follows, and closes it in the end.
    static Chunks compressed(Digest digest, InputStream content, long offset, Compression compression) {
        var rest = new Chunks(digest, content, Long.MAX_VALUE).from(offset).content;
        return new Chunks(digest, compression.compressed(rest), Long.MAX_VALUE);
    }

    private Chunks from(long offset) {
        try {
            content.skipNBytes(offset);
            return this;
        } catch (IOException e) {
            close();
            throw unreadable(e);
        }
    }

    /// @throws io.grpc.StatusRuntimeException if no blob of this size can be read like this
    static void checkRange(Digest digest, long offset, long limit) {
        if (offset < 0 || offset > digest.sizeBytes()) {
            throw Status.OUT_OF_RANGE
                    .withDescription("Offset %d is outside of blob `%s`".formatted(offset, digest))
                    .asRuntimeException();
        }
        if (limit < 0) {
            throw SteadingException.invalid("Read limit %d is negative", limit);
        }
    }

    @Override
    public Optional<ReadResponse> next() {
        try {
            var bytes = content.readNBytes((int) Math.min(left, Math.min(CHUNK_BYTES, digest.sizeBytes() + 1)));
            left -= bytes.length;
            if (bytes.length == 0) {
                return Optional.empty();
            }
            return Optional.of(ReadResponse.newBuilder()
                    .setData(UnsafeByteOperations.unsafeWrap(bytes))
                    .build());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Blob `%s` could not be closed".formatted(digest), e);
        }
    }

    private SteadingException unreadable(IOException cause) {
        return SteadingException.unavailable("Blob `%s` cannot be read".formatted(digest), cause);
    }
}
