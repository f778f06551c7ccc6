// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts what is stored, and can lose it.
final class CountingBlobStore implements BlobStore {
    private final BlobStore next;
    private final AtomicInteger puts = new AtomicInteger();
    private final Set<Digest> lost = ConcurrentHashMap.newKeySet();

    CountingBlobStore(BlobStore next) {
        this.next = next;
    }

    int puts() {
        return puts.get();
    }

    void forget(Digest digest) {
        lost.add(digest);
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        var missing = new HashSet<>(next.findMissing(digests));
        digests.stream().filter(lost::contains).forEach(missing::add);
        return missing;
    }

    @Override
    public InputStream open(Digest digest) {
        return next.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        puts.incrementAndGet();
        next.put(digest, content);
        lost.remove(digest);
    }
}
