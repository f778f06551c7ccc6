// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.blob.BlobStore;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps blobs until it is told to lose them.
final class LosingBlobs implements BlobStore {
    private final BlobStore kept = new MemoryBlobStore();
    private final Set<Digest> lost = ConcurrentHashMap.newKeySet();

    void lose(Digest digest) {
        lost.add(digest);
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        var missing = new HashSet<>(kept.findMissing(digests));
        digests.stream().filter(lost::contains).forEach(missing::add);
        return missing;
    }

    @Override
    public InputStream open(Digest digest) {
        if (lost.contains(digest)) {
            throw new SteadingException(new Failure.MissingBlobs(Set.of(digest)));
        }
        return kept.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        kept.put(digest, content);
        lost.remove(digest);
    }
}
