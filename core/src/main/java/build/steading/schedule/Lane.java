// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import org.jspecify.annotations.Nullable;

/// The queued executions of one tenant that require the same.
final class Lane {
    /// How many executions are looked at, at most, for one that is not held from a worker.
    private static final int LOOKAHEAD = 16;

    final RequirementClass requirement;
    final Tenant tenant;
    private final RankedSet waiting = new RankedSet();

    Lane(RequirementClass requirement, Tenant tenant) {
        this.requirement = requirement;
        this.tenant = tenant;
    }

    void add(Execution execution) {
        waiting.add(execution);
    }

    void remove(Execution execution) {
        waiting.remove(execution);
    }

    /// Returns the first execution; null if there is none.
    @Nullable
    Execution first() {
        return waiting.first();
    }

    /// Returns the first execution that is not held from `worker`; null if all are. If too many are, the first of
    /// them has to do.
    @Nullable
    Execution firstFor(Worker worker, long now) {
        var first = waiting.first();
        if (first == null || !first.heldFrom(worker, now)) {
            return first;
        }
        var seen = 0;
        for (var execution : waiting) {
            if (!execution.heldFrom(worker, now)) {
                return execution;
            }
            if (++seen == LOOKAHEAD) {
                return first;
            }
        }
        return null;
    }
}
