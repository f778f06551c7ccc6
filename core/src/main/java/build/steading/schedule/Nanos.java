// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Instant;

/// Times as nanoseconds since the epoch, which are compared and added faster than [Instant]s.
final class Nanos {
    /// The year 2255: beyond, a `long` would overflow before long.
    private static final Instant LAST = Instant.ofEpochSecond(9_000_000_000L);

    private Nanos() {}

    /// Returns the nearest time that can be counted.
    static long of(Instant instant) {
        if (instant.isAfter(LAST)) {
            return of(LAST);
        }
        return instant.isBefore(Instant.EPOCH) ? 0 : instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    static Instant toInstant(long nanos) {
        return Instant.ofEpochSecond(0, nanos);
    }
}
