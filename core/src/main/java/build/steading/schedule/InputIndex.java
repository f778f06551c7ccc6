// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds queued executions by the inputs in their affinity.
final class InputIndex {
    /// How many executions that share an input are looked at, at most, for one that suits a worker.
    private static final int LOOKAHEAD = 4;

    private final Map<String, TreeSet<Execution>> byInput = new HashMap<>();

    void add(Execution execution) {
        for (var input : execution.job.affinity()) {
            byInput.computeIfAbsent(input, _ -> new TreeSet<>(Execution.BY_RANK))
                    .add(execution);
        }
    }

    void remove(Execution execution) {
        for (var input : execution.job.affinity()) {
            byInput.computeIfPresent(input, (_, sharing) -> {
                sharing.remove(execution);
                return sharing.isEmpty() ? null : sharing;
            });
        }
    }

    /// Returns an execution for `worker` with an input that it holds, the first such one as a rule; null if there
    /// is none.
    @Nullable
    Execution firstFor(Worker worker, long now) {
        if (byInput.isEmpty()) {
            return null;
        }
        Execution best = null;
        for (var input : worker.inputs) {
            var sharing = byInput.get(input);
            if (sharing != null) {
                best = Execution.earlier(best, first(sharing, worker, now));
            }
        }
        return best;
    }

    private static @Nullable Execution first(Set<Execution> sharing, Worker worker, long now) {
        var seen = 0;
        for (var execution : sharing) {
            if (execution.requirement.fits(worker) && !execution.heldFrom(worker, now)) {
                return execution;
            }
            if (++seen == LOOKAHEAD) {
                break;
            }
        }
        return null;
    }
}
