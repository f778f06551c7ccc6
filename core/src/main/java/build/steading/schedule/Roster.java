// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The workers that are connected, what they are thought to hold, and which of them waits for work.
final class Roster {
    /// How many inputs are remembered of each worker.
    private static final int MAX_INPUTS = 16;

    /// How many workers with the same input are looked at; beyond that any worker is likely to have it.
    private static final int MAX_HOLDERS = 16;

    private static final SequencedSet<Worker> NOBODY = new LinkedHashSet<>(0);

    private final Map<WorkerId, Worker> workers = new LinkedHashMap<>();
    private final Map<String, SequencedSet<Worker>> holders = new HashMap<>();
    private long idleSequence;

    @Nullable
    Worker find(WorkerId id) {
        return workers.get(id);
    }

    Collection<Worker> all() {
        return workers.values();
    }

    void add(Worker worker) {
        workers.put(worker.id, worker);
    }

    void remove(Worker worker) {
        workers.remove(worker.id);
        worker.gone = true;
        worker.inputs.forEach(input -> unlearn(worker, input));
        worker.inputs.clear();
    }

    /// Notes whether the worker is available; to be called whenever that may have changed.
    void index(Worker worker) {
        if (worker.gone) {
            return;
        }
        worker.workerClass.recount(worker);
        if (!worker.available()) {
            worker.workerClass.idle.remove(worker);
        } else if (worker.workerClass.idle.add(worker)) {
            worker.idleSequence = idleSequence++;
        }
    }

    /// Notes that the worker has the inputs of an execution, for it begins to run it.
    void learn(Worker worker, Execution execution) {
        for (var input : execution.job.affinity()) {
            worker.inputs.addLast(input);
            holders.computeIfAbsent(input, _ -> new LinkedHashSet<>(2)).addLast(worker);
        }
        while (worker.inputs.size() > MAX_INPUTS) {
            unlearn(worker, worker.inputs.removeFirst());
        }
    }

    private void unlearn(Worker worker, String input) {
        holders.computeIfPresent(input, (_, all) -> {
            all.remove(worker);
            return all.isEmpty() ? null : all;
        });
    }

    /// Returns the available worker that suits the execution best; null if it must wait. Prefers one that holds
    /// an input, then one that did not fail at it, then the one that has been idle longest.
    @Nullable
    Worker idleFor(Execution execution) {
        var holder = idleHolder(execution);
        if (holder != null) {
            return holder;
        }
        Worker best = null;
        Worker failed = null;
        for (var candidates : execution.requirement.fitting()) {
            for (var worker : candidates.idle) {
                if (!execution.suitsPolicyOf(worker)) {
                    break;
                }
                if (execution.excludes(worker)) {
                    continue;
                }
                if (!execution.avoids(worker)) {
                    best = longerIdle(best, worker);
                    break;
                }
                failed = longerIdle(failed, worker);
            }
        }
        var chosen = best == null ? failed : best;
        return chosen == null || execution.heldFrom(chosen) ? null : chosen;
    }

    private static Worker longerIdle(@Nullable Worker a, Worker b) {
        return a == null || b.idleSequence < a.idleSequence ? b : a;
    }

    private @Nullable Worker idleHolder(Execution execution) {
        return holder(execution, Worker::available);
    }

    /// Returns a busy worker that holds an input of the execution and may take it before long; null if there is
    /// none, or if enough others wait for it already.
    @Nullable
    Worker busyHolder(Execution execution) {
        return holder(execution, worker -> worker.standing() == Standing.TAKING && worker.reserved < worker.slots);
    }

    private @Nullable Worker holder(Execution execution, Predicate<Worker> condition) {
        for (var input : execution.job.affinity()) {
            var seen = 0;
            for (var worker : holders.getOrDefault(input, NOBODY).reversed()) {
                if (condition.test(worker) && suits(worker, execution)) {
                    return worker;
                }
                if (++seen == MAX_HOLDERS) {
                    break;
                }
            }
        }
        return null;
    }

    private static boolean suits(Worker worker, Execution execution) {
        return execution.requirement.fits(worker)
                && !execution.avoids(worker)
                && !execution.excludes(worker)
                && execution.suitsPolicyOf(worker);
    }
}
