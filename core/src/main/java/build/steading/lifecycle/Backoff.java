// SPDX-License-Identifier: Apache-2.0
package build.steading.lifecycle;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How long to wait before trying again: twice as long each time, up to a limit, and never exactly as long as
/// others who failed at the same moment. Belongs to one thread.
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private Duration next;

    /// @param first the pause after the first failure, positive
    /// @param longest which no pause exceeds
    public Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /// Returns the next pause: between half of its full length and all of it.
    public Duration pause() {
        var full = next;
        var doubled = full.multipliedBy(2);
        next = doubled.compareTo(longest) < 0 ? doubled : longest;
        var nanos = full.toNanos();
        return Duration.ofNanos(nanos - ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
    }

    /// Begins anew, after a success.
    public void reset() {
        next = first;
    }
}
