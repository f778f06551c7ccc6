// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The executions that wait for a worker. What is best for a worker is found without looking at more than a few
/// of them: by tenant, then by rank.
final class WorkQueue {
    /// How many tenants are looked at, at most, for an execution that is not held from a worker.
    private static final int LOOKAHEAD = 16;

    private final FairShare shares;
    private final long delayNanos;
    private final long ageingMicros;

    /// Executions that are kept from some workers for a while, in the order in which that ends.
    private final SequencedSet<Execution> held = new LinkedHashSet<>();

    private int size;

    WorkQueue(FairShare shares, Limits limits) {
        this.shares = shares;
        this.delayNanos = limits.affinityDelay().toNanos();
        this.ageingMicros = limits.ageing().toNanos() / 1000;
    }

    int size() {
        return size;
    }

    void add(Execution execution, long now) {
        execution.rank = execution.submittedNanos / 1000 + execution.priority * ageingMicros;
        var requirement = execution.requirement;
        var lane = requirement.lanes.computeIfAbsent(execution.tenant, tenant -> new Lane(requirement, tenant));
        var first = lane.first() == null;
        lane.add(execution);
        execution.tenant.sharing.add(execution);
        execution.lane = lane;
        shares.queued(execution.tenant, now);
        size++;
        if (first) {
            for (var workers : requirement.fitting()) {
                workers.demand(lane);
            }
        }
    }

    /// Removes the execution if it is in the queue. It stays held from whom it is held.
    void remove(Execution execution, long now) {
        if (execution.lane != null) {
            execution.lane.remove(execution);
            execution.tenant.sharing.remove(execution);
            execution.lane = null;
            shares.unqueued(execution.tenant, now);
            size--;
        }
    }

    /// Returns what the worker should run next; null if there is nothing for it.
    @Nullable
    Execution next(Worker worker) {
        Execution fallback = null;
        Demand demand = null;
        for (var seen = 0; seen < LOOKAHEAD; seen++) {
            demand = worker.workerClass.next(demand);
            if (demand == null) {
                return null;
            }
            var best = best(demand, worker);
            if (best != null) {
                return best;
            }
            if (fallback == null) {
                fallback = demand.first();
            }
        }
        return fallback;
    }

    private @Nullable Execution best(Demand demand, Worker worker) {
        Execution first = null;
        for (var lanes = demand.lanes.iterator(); lanes.hasNext(); ) {
            var lane = lanes.next();
            if (lane.first() == null) {
                lanes.remove();
            } else {
                first = Execution.earlier(first, lane.firstFor(worker));
            }
        }
        // To share an input counts as much as to have waited longer by the delay.
        var lastRank = first == null ? Long.MAX_VALUE : first.rank + delayNanos / 1000;
        var sharing = demand.tenant.sharing.firstFor(worker, lastRank);
        return sharing == null ? first : sharing;
    }

    /// Keeps an execution that is about to be queued for a while from workers that failed at it, and if
    /// `reservedOn` is given, from those that hold none of its inputs.
    void hold(Execution execution, @Nullable Worker reservedOn, long now) {
        if (delayNanos == 0) {
            return;
        }
        execution.heldUntilNanos = now + delayNanos;
        execution.reservedOn = reservedOn;
        if (reservedOn != null) {
            reservedOn.reserved++;
        }
        held.addLast(execution);
    }

    /// Ends [#hold].
    void release(Execution execution) {
        if (!held.remove(execution)) {
            return;
        }
        if (execution.lane != null) {
            execution.lane.remove(execution);
        }
        execution.heldUntilNanos = Execution.NOT_HELD;
        if (execution.reservedOn != null) {
            execution.reservedOn.reserved--;
            execution.reservedOn = null;
        }
        if (execution.lane != null) {
            execution.lane.add(execution);
        }
    }

    /// Releases the next execution whose time is up; null if there is none.
    @Nullable
    Execution releaseDue(long now) {
        if (held.isEmpty() || now < held.getFirst().heldUntilNanos) {
            return null;
        }
        var due = held.getFirst();
        release(due);
        return due;
    }

    Optional<Long> nextDueNanos() {
        return held.isEmpty() ? Optional.empty() : Optional.of(held.getFirst().heldUntilNanos);
    }
}
