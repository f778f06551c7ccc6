// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The queued executions of one tenant that require the same, in the order of their ranks.
final class Lane {
    /// How many executions are looked at, at most, for one that is not held from a worker.
    private static final int LOOKAHEAD = 16;

    final RequirementClass requirement;
    final Tenant tenant;
    private final TreeSet<Execution> waiting = new TreeSet<>(Execution.BY_RANK);
    private final Map<String, TreeSet<Execution>> byInput = new HashMap<>();

    Lane(RequirementClass requirement, Tenant tenant) {
        this.requirement = requirement;
        this.tenant = tenant;
    }

    void add(Execution execution) {
        waiting.add(execution);
        for (var input : execution.job.affinity()) {
            byInput.computeIfAbsent(input, _ -> new TreeSet<>(Execution.BY_RANK))
                    .add(execution);
        }
    }

    void remove(Execution execution) {
        waiting.remove(execution);
        for (var input : execution.job.affinity()) {
            byInput.computeIfPresent(input, (_, sharing) -> {
                sharing.remove(execution);
                return sharing.isEmpty() ? null : sharing;
            });
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// Returns the first execution. The lane must not be empty.
    Execution first() {
        return waiting.first();
    }

    /// Returns the first execution that is not held from `worker`; null if all are. If too many are, the first of
    /// them has to do.
    @Nullable
    Execution firstFor(Worker worker, long now) {
        var seen = 0;
        for (var execution : waiting) {
            if (!execution.heldFrom(worker, now)) {
                return execution;
            }
            if (++seen == LOOKAHEAD) {
                return waiting.first();
            }
        }
        return null;
    }

    /// Returns an execution with an input that `worker` holds, the first such one as a rule; null if there is
    /// none.
    @Nullable
    Execution firstSharing(Worker worker, long now) {
        if (byInput.isEmpty() || worker.inputs.isEmpty()) {
            return null;
        }
        // Whichever set is smaller leads; both are bounded by what a worker is thought to hold.
        Collection<String> candidates = byInput.size() < worker.inputs.size() ? byInput.keySet() : worker.inputs;
        Execution best = null;
        for (var input : candidates) {
            var sharing = worker.inputs.contains(input) ? byInput.get(input) : null;
            var first = sharing == null ? null : first(sharing, worker, now);
            if (first != null && (best == null || Execution.BY_RANK.compare(first, best) < 0)) {
                best = first;
            }
        }
        return best;
    }

    private static @Nullable Execution first(SortedSet<Execution> sharing, Worker worker, long now) {
        var first = sharing.first();
        return first.heldFrom(worker, now) ? null : first;
    }
}
