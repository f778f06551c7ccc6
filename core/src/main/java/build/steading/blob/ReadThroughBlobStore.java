// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/// Has what a near store and a far one have. What is read from afar is kept near; what is put stays near.
/// Thread-safe.
public final class ReadThroughBlobStore implements BlobStore {
    private final BlobStore near;
    private final BlobStore far;

    public ReadThroughBlobStore(BlobStore near, BlobStore far) {
        this.near = near;
        this.far = far;
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        var missing = near.findMissing(digests);
        return missing.isEmpty() ? missing : far.findMissing(missing);
    }

    @Override
    public InputStream open(Digest digest) {
        try {
            return near.open(digest);
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs)) {
                throw e;
            }
        }
        try (var content = far.open(digest)) {
            near.put(digest, content);
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.Unavailable) {
                // The near store may be full: the blob is read from afar each time then.
                return far.open(digest);
            }
            throw e;
        } catch (IOException e) {
            throw SteadingException.unavailable("Blob `%s` cannot be read".formatted(digest), e);
        }
        return near.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        near.put(digest, content);
    }
}
