// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.blob.BlobStore;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A store that can be told to lose blobs, and counts what is put into it.
final class FlakyBlobs implements BlobStore {
    private final MemoryBlobStore kept = new MemoryBlobStore();
    private final Set<Digest> lost = ConcurrentHashMap.newKeySet();
    private final AtomicInteger puts = new AtomicInteger();

    void lose(Digest digest) {
        lost.add(digest);
    }

    /// Returns how many blobs were put since this was last asked.
    int takePuts() {
        return puts.getAndSet(0);
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
        puts.incrementAndGet();
        kept.put(digest, content);
        lost.remove(digest);
    }
}
