// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.failure.ByteSize;
import build.steading.failure.SteadingException;
import java.io.InputStream;
import java.util.Set;

/// Refuses to store blobs above a size, so that no single upload can fill the disk. As thread-safe as `next`.
public final class SizeLimitingBlobStore implements BlobStore {
    private final BlobStore next;
    private final long maxBytes;

    /// @param maxBytes size of the largest blob that may be stored
    public SizeLimitingBlobStore(BlobStore next, long maxBytes) {
        this.next = next;
        this.maxBytes = maxBytes;
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        return next.findMissing(digests);
    }

    @Override
    public InputStream open(Digest digest) {
        return next.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        if (digest.sizeBytes() > maxBytes) {
            throw SteadingException.invalid(
                    "Blob `%s` is larger than %s, the limit of this store", digest, new ByteSize(maxBytes));
        }
        next.put(digest, content);
    }
}
