// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.failure.SteadingException;
import com.google.protobuf.MessageLite;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/// What can be done with any [BlobStore].
public final class Blobs {
    private Blobs() {}

    /// Returns the bytes of a blob.
    ///
    /// @throws SteadingException with `MissingBlobs` if it is absent, `Unavailable` if its bytes are bad or the
    ///     medium fails
    public static byte[] read(BlobStore blobs, Digest digest) {
        try (var content = blobs.open(digest)) {
            return content.readAllBytes();
        } catch (IOException e) {
            throw SteadingException.unavailable("Blob `%s` cannot be read".formatted(digest), e);
        }
    }

    /// Returns the bytes of a blob that somebody named, who may have named anything.
    ///
    /// @param maxBytes what may be had in memory
    /// @throws SteadingException as [#read(BlobStore, Digest)], and with `Invalid` if the blob is longer
    public static byte[] read(BlobStore blobs, Digest digest, long maxBytes) {
        if (digest.sizeBytes() > maxBytes) {
            throw SteadingException.invalid("Blob `%s` is longer than the %d bytes allowed here", digest, maxBytes);
        }
        return read(blobs, digest);
    }

    /// Stores `bytes` and returns their digest by SHA-256.
    public static Digest put(BlobStore blobs, byte[] bytes) {
        return put(blobs, bytes, HashFunction.SHA256);
    }

    /// Stores `bytes` and returns their digest.
    public static Digest put(BlobStore blobs, byte[] bytes, HashFunction function) {
        var digest = function.of(bytes);
        blobs.put(digest, new ByteArrayInputStream(bytes));
        return digest;
    }

    /// Stores a message that we have just built ourselves, and returns its digest by SHA-256.
    public static Digest put(BlobStore blobs, MessageLite message) {
        return put(blobs, message.toByteArray());
    }
}
