// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Knows when the process has been idle for long enough to end. Not thread-safe.
final class IdleWatch {
    private final InstantSource clock;
    private final Duration limit;
    private Instant lastActive;
    private long lastServed;

    IdleWatch(InstantSource clock, Duration limit) {
        this.clock = clock;
        this.limit = limit;
        this.lastActive = clock.instant();
    }

    /// Returns whether nothing has gone on for the whole limit. To be asked several times within it.
    boolean expired(FrontDoor.Activity activity, boolean busy) {
        var now = clock.instant();
        if (busy || activity.running() > 0 || activity.served() != lastServed) {
            lastActive = now;
            lastServed = activity.served();
        }
        return !now.isBefore(lastActive.plus(limit));
    }

    /// Returns how long to wait before asking again.
    Duration pause() {
        var quarter = limit.dividedBy(4);
        var most = Duration.ofSeconds(30);
        return quarter.compareTo(most) < 0 ? quarter : most;
    }
}
