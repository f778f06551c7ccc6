// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Tells a compile that stands alone, as when somebody edits a file and compiles it, from those of a build, of
/// which one follows the other. Thread-safe.
final class Traffic {
    /// What comes so soon after another is of the same build.
    static final Duration LULL = Duration.ofSeconds(1);

    private final LongSupplier nanos;

    @GuardedBy("this")
    private int underWay;

    /// Whether the last one that began met nobody.
    @GuardedBy("this")
    private boolean alone;

    @GuardedBy("this")
    private long lastEnd;

    /// @param nanos a clock as [System#nanoTime] is one
    Traffic(LongSupplier nanos) {
        this.nanos = nanos;
        this.lastEnd = nanos.getAsLong() - LULL.toNanos();
    }

    synchronized void begin() {
        alone = underWay == 0 && nanos.getAsLong() - lastEnd >= LULL.toNanos();
        underWay++;
    }

    synchronized void end() {
        underWay--;
        lastEnd = nanos.getAsLong();
    }

    /// Returns whether nobody but the one who asks is under way, or was just now.
    synchronized boolean isAlone() {
        return alone && underWay == 1;
    }
}
