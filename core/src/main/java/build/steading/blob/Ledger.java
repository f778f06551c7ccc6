// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/// What the shelves of one store count together: their bytes, and which blobs were lately found present.
/// Thread-safe.
final class Ledger {
    /// About 25 MB when full.
    private static final int BLOBS = 1 << 16;

    private static final long BLOCK_BYTES = 4096;

    private final AtomicLong usedBytes = new AtomicLong();
    private final Recent<Digest, Instant> touched = new Recent<>(BLOBS);
    private final Duration touchEvery;

    /// @param touchEvery how long a recorded use of a blob counts as a present one
    Ledger(Duration touchEvery) {
        this.touchEvery = touchEvery;
    }

    /// Returns what a file of the blob takes up on the disk: most file systems hand out blocks of 4 KiB, and most
    /// blobs are smaller than one.
    static long diskBytes(Digest digest) {
        var filled = digest.sizeBytes() & -BLOCK_BYTES;
        var bytes = filled == digest.sizeBytes() ? filled : filled + BLOCK_BYTES;
        // Nobody has a blob of 2^63 bytes, but anybody can claim to.
        return bytes < 0 ? Long.MAX_VALUE : bytes;
    }

    long usedBytes() {
        return Math.max(0, usedBytes.get());
    }

    void addBytes(long bytes) {
        usedBytes.addAndGet(bytes);
    }

    /// Returns whether a use of the blob was recorded so lately that it is present for certain.
    boolean isFresh(Digest digest, Instant now) {
        var last = touched.get(digest);
        return last != null && now.isBefore(last.plus(touchEvery));
    }

    void recordUse(Digest digest, Instant now) {
        touched.put(digest, now);
    }

    void forget(Digest digest) {
        touched.remove(digest);
    }
}
