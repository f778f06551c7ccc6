// SPDX-License-Identifier: Apache-2.0
package build.steading.lifecycle;

import java.time.Instant;
import java.time.InstantSource;

/// Tells the time of day as it was when this clock was made, plus what has gone by since: it does not jump when
/// the machine's clock is set, and stands still while the machine sleeps. For deadlines, not for records.
/// Thread-safe.
public final class SteadyClock implements InstantSource {
    private final Instant origin = Instant.now();
    private final long originNanos = System.nanoTime();

    @Override
    public Instant instant() {
        return origin.plusNanos(System.nanoTime() - originNanos);
    }
}
