// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import java.io.InputStream;
import java.util.Set;

/// A [PackedBlobStore] whose small blobs survive the process at once, and the machine a little later.
/// Thread-safe.
record RelaxedBlobs(PackedBlobStore store) implements BlobStore {
    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        return store.findMissing(digests, false);
    }

    @Override
    public InputStream open(Digest digest) {
        return store.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        store.put(digest, content, false);
    }
}
