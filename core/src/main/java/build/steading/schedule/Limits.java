// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Within which bounds the scheduler works.
///
/// @param leaseTtl how long a lease lasts without being renewed
/// @param affinityDelay how much later an action may start for the sake of running where its inputs are, or,
///     after a failed attempt, on another worker
/// @param ageing how long an action waits until it counts as one step more urgent
/// @param attempts how many attempts an execution gets
/// @param lostWorkers how many different workers may be lost while they run an action before it is taken to kill
///     them
public record Limits(Duration leaseTtl, Duration affinityDelay, Duration ageing, int attempts, int lostWorkers) {
    public static final Limits STANDARD =
            new Limits(Duration.ofSeconds(15), Duration.ofSeconds(2), Duration.ofMinutes(10), 5, 3);

    /// @throws IllegalArgumentException if a limit is not positive (only `affinityDelay` may be zero), or longer
    ///     than an hour
    public Limits {
        requireWithin("leaseTtl", leaseTtl, Duration.ofNanos(1));
        requireWithin("affinityDelay", affinityDelay, Duration.ZERO);
        requireWithin("ageing", ageing, Duration.ofNanos(1));
        if (attempts < 1 || lostWorkers < 1) {
            throw new IllegalArgumentException("Limits of %d attempts and %d lost workers leave no attempt at all"
                    .formatted(attempts, lostWorkers));
        }
    }

    /// Returns the verdict on an execution if its budget is used up.
    Optional<Verdict> verdict(List<FailedAttempt> failed) {
        if (failed.size() >= attempts) {
            var reason = "Gave up after %d attempts; the last: %s"
                    .formatted(failed.size(), failed.getLast().reason());
            return Optional.of(new Verdict.GaveUp(reason, failed));
        }
        var lost = failed.stream()
                .filter(FailedAttempt::lost)
                .map(FailedAttempt::worker)
                .distinct()
                .toList();
        if (lost.size() >= lostWorkers) {
            var names = lost.stream().map(worker -> "`" + worker + "`").collect(Collectors.joining(", "));
            var reason = "Gave up because %d workers were lost while they ran it: %s".formatted(lost.size(), names);
            return Optional.of(new Verdict.GaveUp(reason, failed));
        }
        return Optional.empty();
    }

    private static void requireWithin(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("Limit `%s` is %s; up to an hour is allowed".formatted(name, value));
        }
    }
}
