// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Fit;
import build.steading.platform.Policy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
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

    /// Where this waits; null while it runs, while it backs off, and for the moment before it is queued.
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

    /// It is not offered to anybody before, for it backs off after a failed attempt.
    long notBeforeNanos = Long.MIN_VALUE;

    /// Until then it is kept from workers that do not suit it well: see [#heldFrom]. Kept by [WorkQueue].
    long heldUntilNanos = NOT_HELD;

    /// The busy worker that this waits for because it holds inputs.
    @Nullable
    Worker reservedOn;

    /// To whom it is not offered at all. Kept by [WorkQueue].
    Exclusion exclusion = Exclusion.NOBODY;

    private @Nullable SequencedMap<WorkerId, Refusal> refusals;
    private @Nullable Map<Policy, Fit> asked;

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

    /// Returns whether an attempt on this worker failed in a way that speaks for another one.
    boolean avoids(Worker worker) {
        for (var attempt : failed) {
            if (attempt.worker().equals(worker.id)
                    && RetryRule.of(attempt.fault()).elsewhere()) {
                return true;
            }
        }
        return false;
    }

    /// Returns whether this is not to be offered to the worker, for it has refused, or its policy does.
    boolean excludes(Worker worker) {
        return !exclusion.isEmpty() && exclusion.covers(worker);
    }

    /// Returns whether the worker is willing as far as its policy looks at facts that its class does not tell.
    boolean suitsPolicyOf(Worker worker) {
        return !requirement.asksEach(worker.workerClass) || policyOf(worker.workerClass.policy) instanceof Fit.Fits;
    }

    /// Returns whether a policy allows this, apart from all executions of its class.
    Fit policyOf(Policy policy) {
        if (asked == null) {
            asked = new LinkedHashMap<>(2);
        }
        return asked.computeIfAbsent(policy, p -> p.check(job.facts()));
    }

    Collection<Refusal> refusals() {
        return refusals == null ? List.of() : refusals.values();
    }

    /// Notes that a worker refused; the caller keeps [#exclusion].
    ///
    /// @return the refusal that this one replaces, or the oldest one if there would be too many; null if none
    @Nullable
    Refusal add(Refusal refusal, int most) {
        if (refusals == null) {
            refusals = new LinkedHashMap<>(2);
        }
        var replaced = refusals.remove(refusal.worker());
        refusals.putLast(refusal.worker(), refusal);
        if (replaced != null || refusals.size() <= most) {
            return replaced;
        }
        return refusals.pollFirstEntry().getValue();
    }

    void remove(Refusal refusal) {
        if (refusals != null) {
            refusals.remove(refusal.worker(), refusal);
        }
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
    record Waiter(WaiterId id, Execution execution, int priority, TenantName tenant) {}
}
