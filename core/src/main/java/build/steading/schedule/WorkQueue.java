// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The executions that wait for a worker. What is best for a worker is found without looking at more than a few
/// of them: by tenant, then by rank.
final class WorkQueue {
    /// How many tenants are looked at, at most, for an execution that is not held from a worker.
    private static final int LOOKAHEAD = 16;

    /// How many executions a worker's policy is asked for in one go.
    private static final int MAX_ASKED = 256;

    private static final Comparator<Execution> BY_WAKING =
            Comparator.<Execution>comparingLong(e -> e.notBeforeNanos).thenComparingLong(e -> e.id.value());

    private final FairShare shares;
    private final Stranded stranded;
    private final long delayNanos;
    private final long ageingMicros;

    /// Executions that are kept from some workers for a while, in the order in which that ends.
    private final SequencedSet<Execution> held = new LinkedHashSet<>();

    /// Executions that back off.
    private final TreeSet<Execution> asleep = new TreeSet<>(BY_WAKING);

    private int ready;

    WorkQueue(FairShare shares, Stranded stranded, Limits limits) {
        this.shares = shares;
        this.stranded = stranded;
        this.delayNanos = limits.affinityDelay().toNanos();
        this.ageingMicros = limits.ageing().toNanos() / 1000;
    }

    /// Returns how many executions wait, those that back off included.
    int size() {
        return ready + asleep.size();
    }

    void add(Execution execution, long now) {
        put(execution, now);
        if (execution.lane != null) {
            stranded.add(execution);
        }
    }

    /// Removes the execution if it is in the queue. It stays held from whom it is held.
    void remove(Execution execution, long now) {
        take(execution, now);
        stranded.remove(execution);
    }

    /// Gives a queued execution another place.
    void move(Execution execution, Tenant tenant, int priority, long now) {
        take(execution, now);
        execution.tenant = tenant;
        execution.priority = priority;
        put(execution, now);
    }

    private void put(Execution execution, long now) {
        execution.rank = execution.submittedNanos / 1000 + execution.priority * ageingMicros;
        if (now < execution.notBeforeNanos) {
            asleep.add(execution);
            return;
        }
        var requirement = execution.requirement;
        var lane = requirement.lanes.computeIfAbsent(execution.tenant, tenant -> new Lane(requirement, tenant));
        var first = lane.first() == null;
        lane.add(execution);
        execution.tenant.sharing.add(execution);
        execution.lane = lane;
        shares.queued(execution.tenant, now);
        ready++;
        if (first) {
            for (var workers : requirement.fitting()) {
                workers.demand(lane);
            }
        }
    }

    private void take(Execution execution, long now) {
        if (execution.lane != null) {
            execution.lane.remove(execution);
            execution.tenant.sharing.remove(execution);
            execution.lane = null;
            shares.unqueued(execution.tenant, now);
            ready--;
        } else if (!asleep.isEmpty()) {
            asleep.remove(execution);
        }
    }

    /// Returns what the worker should run next; null if there is nothing for it, or if it is [Worker#unfinished].
    @Nullable
    Execution next(Worker worker) {
        worker.unfinished = false;
        Execution fallback = null;
        var seen = 0;
        var asked = 0;
        for (var demand = worker.workerClass.next(null); demand != null; demand = worker.workerClass.next(demand)) {
            var best = best(demand, worker);
            while (best != null && !best.suitsPolicyOf(worker)) {
                if (++asked > MAX_ASKED) {
                    worker.unfinished = true;
                    return null;
                }
                exclude(best, worker);
                best = best(demand, worker);
            }
            if (best != null) {
                return best;
            }
            if (fallback == null) {
                fallback = demand.heldFor(worker);
            }
            if (++seen >= LOOKAHEAD && fallback != null) {
                return fallback;
            }
        }
        return null;
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

    /// Keeps an execution from all workers with the policy of this one, which is not willing.
    private static void exclude(Execution execution, Worker worker) {
        relocate(execution, execution.exclusion.with(worker.workerClass.policy));
    }

    /// Changes whom an execution excludes.
    static void relocate(Execution execution, Exclusion exclusion) {
        if (execution.lane != null) {
            execution.lane.remove(execution);
        }
        execution.exclusion = exclusion;
        if (execution.lane != null) {
            execution.lane.add(execution);
        }
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

    /// Takes the next execution that has backed off for long enough out of the queue; null if there is none.
    @Nullable
    Execution wakeDue(long now) {
        return asleep.isEmpty() || now < asleep.first().notBeforeNanos ? null : asleep.pollFirst();
    }

    Optional<Long> nextDueNanos() {
        return Stream.of(
                        Optional.ofNullable(held.isEmpty() ? null : held.getFirst().heldUntilNanos),
                        Optional.ofNullable(asleep.isEmpty() ? null : asleep.first().notBeforeNanos))
                .flatMap(Optional::stream)
                .min(Long::compare);
    }
}
