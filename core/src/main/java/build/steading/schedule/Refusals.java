// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Remembers which workers refused which executions, so that nobody is asked in vain.
final class Refusals {
    /// How many are remembered of one execution.
    private static final int MOST = 1000;

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(365);

    /// Those that come to an end by themselves.
    private final TreeSet<Refusal> soft = new TreeSet<>(Refusal.BY_TIME);

    /// Notes that a worker refused an execution, which is not in the queue.
    void add(Execution execution, WorkerId worker, Ending.Refused refused, long now) {
        var until = refused.askAgainAfter()
                .map(time -> now + clamped(time).toNanos())
                .orElse(Refusal.FOR_EVER);
        var refusal = new Refusal(execution, worker, refused.reason(), until);
        var replaced = execution.add(refusal, MOST);
        if (replaced != null) {
            soft.remove(replaced);
        }
        if (!refusal.forEver()) {
            soft.add(refusal);
        }
        exclude(execution);
    }

    private static Duration clamped(Duration time) {
        if (time.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }

    /// Forgets the next refusal whose time is up.
    ///
    /// @return the execution that may be offered to one worker more; null if there is none
    @Nullable
    Execution releaseDue(long now) {
        if (soft.isEmpty() || now < soft.first().untilNanos()) {
            return null;
        }
        var execution = soft.first().execution();
        execution.remove(soft.pollFirst());
        exclude(execution);
        return execution;
    }

    /// Forgets all refusals of an execution that has ended.
    void forget(Execution execution) {
        if (!execution.refusals().isEmpty()) {
            soft.removeAll(execution.refusals());
        }
    }

    Optional<Long> nextDueNanos() {
        return soft.isEmpty() ? Optional.empty() : Optional.of(soft.first().untilNanos());
    }

    private static void exclude(Execution execution) {
        var workers = execution.refusals().stream().map(Refusal::worker).collect(Collectors.toSet());
        WorkQueue.relocate(execution, execution.exclusion.of(workers));
    }
}
