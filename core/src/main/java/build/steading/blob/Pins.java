// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/// Counts who needs which blobs, so that a store evicts none that a live build or lease needs. Thread-safe.
///
/// Pin first, and ask [BlobStore#findMissing] afterwards: what is present then stays until the pin is closed.
public final class Pins implements Predicate<Digest> {
    private final Map<Digest, Integer> holders = new ConcurrentHashMap<>();

    /// Keeps `digests` from being evicted until the result is closed. Absent blobs may be pinned as well.
    public Pin pin(Set<Digest> digests) {
        return new Pin(Set.copyOf(digests));
    }

    /// Returns whether anybody needs the blob.
    @Override
    public boolean test(Digest digest) {
        return holders.containsKey(digest);
    }

    /// A need for some blobs, until it is closed. Closing twice changes nothing.
    public final class Pin implements AutoCloseable {
        private final Set<Digest> digests;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Pin(Set<Digest> digests) {
            this.digests = digests;
            digests.forEach(digest -> holders.merge(digest, 1, Integer::sum));
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                digests.forEach(
                        digest -> holders.computeIfPresent(digest, (_, count) -> count == 1 ? null : count - 1));
            }
        }
    }
}
