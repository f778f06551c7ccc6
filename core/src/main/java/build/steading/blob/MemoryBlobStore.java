// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps blobs in memory: for tests, and for what need not outlive the process. Thread-safe; never forgets.
public final class MemoryBlobStore implements BlobStore {
    private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();

    public MemoryBlobStore() {
        for (var function : HashFunction.values()) {
            blobs.put(function.empty(), new byte[0]);
        }
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        var missing = new HashSet<>(digests);
        missing.removeAll(blobs.keySet());
        return missing;
    }

    @Override
    public InputStream open(Digest digest) {
        var bytes = blobs.get(digest);
        if (bytes == null) {
            throw new SteadingException(new Failure.MissingBlobs(Set.of(digest)));
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        try {
            // No more than tells that there is too much.
            var bytes = content.readNBytes((int) Math.min(digest.sizeBytes() + 1, Integer.MAX_VALUE - 8));
            var found = digest.function().of(bytes);
            if (!found.equals(digest)) {
                throw SteadingException.invalid("Content has digest `%s`, not `%s`", found, digest);
            }
            blobs.put(digest, bytes);
        } catch (IOException e) {
            throw SteadingException.unavailable("Content of blob `%s` cannot be read".formatted(digest), e);
        }
    }
}
