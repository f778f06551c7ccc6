// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Set;

/// Keeps small blobs that are put here in memory, and nowhere else, until they have not been used for the
/// longest: then they are gone. For what is on its way to another store, and can be made again. Larger ones go to
/// the store behind, and what is not here is read there. Thread-safe.
public final class PassingBlobStore implements BlobStore {
    private static final long LARGE_BYTES = 256 << 10;

    /// What a blob takes beside its bytes.
    private static final long OVERHEAD_BYTES = 200;

    private final BlobStore behind;
    private final long mostBytes;

    @GuardedBy("blobs")
    private final LinkedHashMap<Digest, byte[]> blobs = new LinkedHashMap<>(64, 0.75f, true);

    @GuardedBy("blobs")
    private long bytes;

    /// @param mostBytes in memory
    public PassingBlobStore(BlobStore behind, long mostBytes) {
        this.behind = behind;
        this.mostBytes = mostBytes;
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        var absent = new HashSet<Digest>();
        synchronized (blobs) {
            for (var digest : digests) {
                // Whoever asks relies on it for a while: this is a use.
                if (blobs.get(digest) == null) {
                    absent.add(digest);
                }
            }
        }
        return absent.isEmpty() ? absent : behind.findMissing(absent);
    }

    @Override
    public InputStream open(Digest digest) {
        synchronized (blobs) {
            var content = blobs.get(digest);
            if (content != null) {
                return new ByteArrayInputStream(content);
            }
        }
        return behind.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        if (digest.sizeBytes() > LARGE_BYTES) {
            behind.put(digest, content);
            return;
        }
        try {
            // One byte more tells that there is too much.
            var all = content.readNBytes((int) digest.sizeBytes() + 1);
            var found = digest.function().of(all);
            if (!found.equals(digest)) {
                throw SteadingException.invalid("Content has digest `%s`, not `%s`", found, digest);
            }
            keep(digest, all);
        } catch (IOException e) {
            throw SteadingException.unavailable("Content of blob `%s` cannot be read".formatted(digest), e);
        }
    }

    private void keep(Digest digest, byte[] content) {
        synchronized (blobs) {
            if (blobs.put(digest, content) == null) {
                bytes += weight(content);
            }
            while (bytes > mostBytes) {
                bytes -= weight(blobs.pollFirstEntry().getValue());
            }
        }
    }

    private static long weight(byte[] content) {
        return content.length + OVERHEAD_BYTES;
    }
}
