// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds queued executions by the inputs in their affinity.
final class InputIndex {
    /// How many executions that share an input are looked at, at most, for one that suits a worker.
    private static final int LOOKAHEAD = 4;

    private final Map<String, RankedSet> byInput = new HashMap<>();

    void add(Execution execution) {
        for (var input : execution.job.affinity()) {
            byInput.computeIfAbsent(input, _ -> new RankedSet()).add(execution);
        }
    }

    void remove(Execution execution) {
        for (var input : execution.job.affinity()) {
            byInput.computeIfPresent(input, (_, sharing) -> {
                sharing.remove(execution);
                return sharing.first() == null ? null : sharing;
            });
        }
    }

    /// Returns an execution for `worker` with an input that it holds and a rank of `lastRank` at most, the first
    /// such one as a rule; null if there is none.
    @Nullable
    Execution firstFor(Worker worker, long lastRank) {
        if (byInput.isEmpty()) {
            return null;
        }
        Execution best = null;
        for (var input : worker.inputs) {
            var sharing = byInput.get(input);
            if (sharing != null && Execution.earlier(best, sharing.first()) != best) {
                best = Execution.earlier(best, suitable(sharing, worker, lastRank));
            }
        }
        return best;
    }

    private static @Nullable Execution suitable(RankedSet sharing, Worker worker, long lastRank) {
        if (sharing.firstRank() > lastRank) {
            return null;
        }
        var seen = 0;
        for (var execution : sharing) {
            if (execution.rank > lastRank || seen++ == LOOKAHEAD) {
                break;
            }
            if (execution.requirement.fits(worker)
                    && !execution.heldFrom(worker)
                    && !execution.excludes(worker)
                    && execution.suitsPolicyOf(worker)) {
                return execution;
            }
        }
        return null;
    }
}
