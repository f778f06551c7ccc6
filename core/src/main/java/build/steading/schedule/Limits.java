// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;

/// Within which bounds the scheduler works. How often and when it tries again after which fault says [RetryRule].
///
/// @param leaseTtl how long a lease lasts without being renewed
/// @param affinityDelay how much later an action may start for the sake of running where its inputs are, or,
///     after a failed attempt, on another worker
/// @param ageing how long an action waits until it counts as one step more urgent
/// @param attempts how many attempts of an execution may fail in all, whatever the faults
/// @param lostWorkers how many different workers may be lost while they run an action before it is taken to kill
///     them
/// @param reattach how long an attempt of an earlier scheduler goes on while nobody asks for it again
/// @param restartPatience how long nothing is assigned after a restart, for workers to come back with what they
///     hold
/// @param unsupportedAfter how long an execution may wait while no connected worker fits
/// @param queued how many executions may wait at the same time
public record Limits(
        Duration leaseTtl,
        Duration affinityDelay,
        Duration ageing,
        int attempts,
        int lostWorkers,
        Duration reattach,
        Duration restartPatience,
        Duration unsupportedAfter,
        int queued) {
    public static final Limits STANDARD = new Limits(
            Duration.ofSeconds(15),
            Duration.ofSeconds(2),
            Duration.ofMinutes(10),
            8,
            3,
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            1_000_000);

    /// @throws IllegalArgumentException if a limit is not positive (only `affinityDelay` and `restartPatience`
    ///     may be zero), or longer than an hour
    public Limits {
        requireWithin("leaseTtl", leaseTtl, Duration.ofNanos(1));
        requireWithin("affinityDelay", affinityDelay, Duration.ZERO);
        requireWithin("ageing", ageing, Duration.ofNanos(1));
        requireWithin("reattach", reattach, Duration.ofNanos(1));
        requireWithin("restartPatience", restartPatience, Duration.ZERO);
        requireWithin("unsupportedAfter", unsupportedAfter, Duration.ofNanos(1));
        if (attempts < 1 || lostWorkers < 1) {
            throw new IllegalArgumentException("Limits of %d attempts and %d lost workers leave no attempt at all"
                    .formatted(attempts, lostWorkers));
        }
        if (queued < 1) {
            throw new IllegalArgumentException("Limit `queued` is %d; nothing could wait".formatted(queued));
        }
    }

    private static void requireWithin(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("Limit `%s` is %s; up to an hour is allowed".formatted(name, value));
        }
    }
}
