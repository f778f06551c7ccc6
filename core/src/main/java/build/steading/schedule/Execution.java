// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One action on its way: queued or running. All times are in nanoseconds since the epoch.
final class Execution {
    /// Who goes first within a tenant.
    static final Comparator<Execution> BY_RANK =
            (a, b) -> a.rank == b.rank ? Long.compare(a.id.value(), b.id.value()) : Long.compare(a.rank, b.rank);

    static final long NOT_HELD = Long.MIN_VALUE;

    final ExecutionId id;
    final Job job;
    final RequirementClass requirement;
    final long submittedNanos;
    final List<Waiter> waiters = new ArrayList<>(1);
    final List<FailedAttempt> failed = new ArrayList<>(0);
    Tenant tenant;
    int priority;

    /// The time of submission in microseconds, moved by the priority: a step of priority counts as much as a
    /// fixed time of waiting. So nothing starves, and the order of two executions never changes by itself.
    long rank;

    /// Where this waits; null while it runs, and for the moment before it is queued.
    @Nullable
    Lane lane;

    /// Its neighbours among those that are ready. Kept by [RankedQueue].
    RankedQueue.@Nullable Line line;

    @Nullable
    Execution before;

    @Nullable
    Execution after;

    @Nullable
    ActiveLease lease;

    /// Until then it is kept from workers that do not suit it well: see [#heldFrom]. Kept by [WorkQueue].
    long heldUntilNanos = NOT_HELD;

    /// The busy worker that this waits for because it holds inputs.
    @Nullable
    Worker reservedOn;

    Execution(ExecutionId id, Job job, RequirementClass requirement, Tenant tenant, long now) {
        this.id = id;
        this.job = job;
        this.requirement = requirement;
        this.tenant = tenant;
        this.submittedNanos = now;
        this.priority = job.priority();
    }

    boolean isHeld() {
        return heldUntilNanos != NOT_HELD;
    }

    /// Returns whether a worker that fits should leave this to others for now.
    boolean heldFrom(Worker worker) {
        return isHeld() && (avoids(worker) || (reservedOn != null && !worker.holdsAnyOf(job.affinity())));
    }

    /// Returns whether an attempt on this worker failed.
    boolean avoids(Worker worker) {
        for (var attempt : failed) {
            if (attempt.worker().equals(worker.id)) {
                return true;
            }
        }
        return false;
    }

    List<WaiterId> waiterIds() {
        return waiters.size() == 1
                ? List.of(waiters.getFirst().id)
                : waiters.stream().map(Waiter::id).toList();
    }

    /// Returns whichever of the two goes first; null if there is neither.
    static @Nullable Execution earlier(@Nullable Execution a, @Nullable Execution b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return BY_RANK.compare(a, b) <= 0 ? a : b;
    }

    /// One stake in an execution.
    record Waiter(WaiterId id, Execution execution, int priority, String tenant) {}
}
