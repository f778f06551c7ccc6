// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What follows from an attempt that failed with a fault of one class.
///
/// @param attempts how many attempts of an execution may fail this way
/// @param backOffs how long to wait before another attempt: after the first failure of this class, the second, …;
///     the last one goes on
/// @param counted whether the attempt counts among all that an execution gets
/// @param elsewhere whether another worker is preferred
/// @param blame what it says of the worker
record RetryRule(int attempts, List<Duration> backOffs, boolean counted, boolean elsewhere, Blame blame) {
    private static final List<Duration> AT_ONCE = List.of(Duration.ZERO);

    /// What an attempt that failed says of the worker.
    enum Blame {
        NONE,
        /// It is one of the suspects, and so is the action.
        SUSPECT,
        /// It cannot do anything well for now.
        CERTAIN
    }

    /// The whole table.
    static RetryRule of(Fault fault) {
        return switch (fault) {
            case SETUP -> new RetryRule(4, List.of(seconds(5), minutes(1), minutes(5)), true, true, Blame.SUSPECT);
            case WORKER_LOST ->
                new RetryRule(
                        5, List.of(Duration.ZERO, seconds(10), minutes(1), minutes(5)), true, true, Blame.SUSPECT);
            case WORKER_SHUTDOWN -> new RetryRule(20, AT_ONCE, false, true, Blame.NONE);
            case DISK_FULL, CORRUPT -> new RetryRule(3, AT_ONCE, true, true, Blame.CERTAIN);
            // The worker itself has tried often to upload: what is left is to run the action once more.
            case UPLOAD -> new RetryRule(2, List.of(seconds(10)), true, false, Blame.NONE);
        };
    }

    /// Returns how long to wait after the last of the attempts.
    static Duration backOff(List<FailedAttempt> failed) {
        var fault = failed.getLast().fault();
        var backOffs = of(fault).backOffs;
        return backOffs.get(Math.min(count(failed, fault), backOffs.size()) - 1);
    }

    /// Returns the number of the attempt that follows, the first being 1.
    static int next(List<FailedAttempt> failed) {
        return 1 + counted(failed);
    }

    /// Returns the verdict on an execution if a budget is used up by the last of the attempts.
    static Optional<Verdict> verdict(List<FailedAttempt> failed, Limits limits) {
        var last = failed.getLast();
        if (killsWorkers(failed, limits)) {
            var names = lostWorkers(failed).stream()
                    .map(worker -> "`" + worker + "`")
                    .collect(Collectors.joining(", "));
            return Optional.of(new Verdict.GaveUp(
                    "Gave up because it seems to kill workers: %d were lost while they ran it: %s"
                            .formatted(limits.lostWorkers(), names),
                    failed));
        }
        var alike = count(failed, last.fault());
        var used = Math.max(
                counted(failed) >= limits.attempts() ? failed.size() : 0,
                alike >= of(last.fault()).attempts ? alike : 0);
        if (used == 0) {
            return Optional.empty();
        }
        var reason =
                "Gave up after %s; the last: %s".formatted(used == 1 ? "1 attempt" : used + " attempts", last.reason());
        return Optional.of(new Verdict.GaveUp(reason, failed));
    }

    /// Returns whether so many different workers were lost that the action must be to blame.
    static boolean killsWorkers(List<FailedAttempt> failed, Limits limits) {
        return lostWorkers(failed).size() >= limits.lostWorkers();
    }

    private static List<WorkerId> lostWorkers(List<FailedAttempt> failed) {
        return failed.stream()
                .filter(attempt -> attempt.fault() == Fault.WORKER_LOST)
                .map(FailedAttempt::worker)
                .distinct()
                .toList();
    }

    private static int count(List<FailedAttempt> failed, Fault fault) {
        return (int) failed.stream().filter(attempt -> attempt.fault() == fault).count();
    }

    private static int counted(List<FailedAttempt> failed) {
        return (int)
                failed.stream().filter(attempt -> of(attempt.fault()).counted).count();
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static Duration minutes(long minutes) {
        return Duration.ofMinutes(minutes);
    }
}
