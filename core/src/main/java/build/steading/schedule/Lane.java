// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import org.jspecify.annotations.Nullable;

/// The queued executions of one tenant that require the same. Those that are held are kept apart, so that they
/// cost nothing to workers that should leave them alone.
final class Lane {
    /// How many executions are looked at, at most, for one that did not fail on a worker.
    private static final int LOOKAHEAD = 16;

    final RequirementClass requirement;
    final Tenant tenant;
    private final RankedQueue ready = new RankedQueue();
    private final RankedSet retrying = new RankedSet();
    private final RankedSet reserved = new RankedSet();

    Lane(RequirementClass requirement, Tenant tenant) {
        this.requirement = requirement;
        this.tenant = tenant;
    }

    void add(Execution execution) {
        if (execution.isHeld()) {
            held(execution).add(execution);
        } else {
            ready.add(execution);
        }
    }

    void remove(Execution execution) {
        if (execution.isHeld()) {
            held(execution).remove(execution);
        } else {
            ready.remove(execution);
        }
    }

    private RankedSet held(Execution execution) {
        return execution.reservedOn == null ? retrying : reserved;
    }

    /// Returns the first execution, held or not; null if there is none.
    @Nullable
    Execution first() {
        return Execution.earlier(ready.first(), Execution.earlier(retrying.first(), reserved.first()));
    }

    /// Returns the first execution that is not held from `worker`, without those that are reserved for workers
    /// with their inputs: [InputIndex] finds them; null if there is none.
    @Nullable
    Execution firstFor(Worker worker) {
        var first = ready.first();
        var seen = 0;
        for (var execution : retrying) {
            if (seen++ == LOOKAHEAD) {
                break;
            }
            if (!execution.heldFrom(worker)) {
                return Execution.earlier(first, execution);
            }
        }
        return first;
    }
}
