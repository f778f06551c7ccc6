// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.InputStream;
import java.util.function.Supplier;

/// Reads blobs for clients that name them. An absent one is then simply not found; it is a failed precondition,
/// `MissingBlobs`, only where a client asks for something that needs it.
final class NamedBlobs {
    private final BlobStore blobs;

    NamedBlobs(BlobStore blobs) {
        this.blobs = blobs;
    }

    /// Opens a blob at its first byte. The caller closes the stream.
    ///
    /// @throws SteadingException with `NotFound` if it is absent, `Unavailable` if the medium fails
    InputStream open(Digest digest) {
        return named(() -> blobs.open(digest));
    }

    /// Returns the bytes of a blob, which the caller has found to be small.
    ///
    /// @throws SteadingException with `NotFound` if it is absent, `Unavailable` if the medium fails
    byte[] read(Digest digest) {
        return named(() -> Blobs.read(blobs, digest));
    }

    /// Returns what `access` returns, to which absent blobs are ones that were named.
    ///
    /// @throws SteadingException with `NotFound` if they are absent
    static <T> T named(Supplier<T> access) {
        try {
            return access.get();
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs missing) {
                throw new SteadingException(new Failure.NotFound(missing.message()), e);
            }
            throw e;
        }
    }
}
