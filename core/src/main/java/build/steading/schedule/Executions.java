// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.schedule.Execution.Waiter;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// All executions that have not ended, and who waits for them.
final class Executions {
    private final Map<ExecutionId, Execution> byId = new HashMap<>();
    private final Map<String, Execution> mergeable = new HashMap<>();
    private final Map<String, SequencedSet<Execution>> others = new HashMap<>();
    private final Map<WaiterId, Waiter> waiters = new HashMap<>();

    @Nullable
    Execution find(ExecutionId id) {
        return byId.get(id);
    }

    @Nullable
    Waiter find(WaiterId id) {
        return waiters.get(id);
    }

    void add(Execution execution) {
        byId.put(execution.id, execution);
        var key = execution.job.key();
        if (execution.job.mergeable()) {
            mergeable.put(key, execution);
        } else {
            others.computeIfAbsent(key, _ -> new LinkedHashSet<>(2)).addLast(execution);
        }
    }

    void remove(Execution execution) {
        byId.remove(execution.id);
        var key = execution.job.key();
        if (execution.job.mergeable()) {
            mergeable.remove(key, execution);
        } else {
            others.computeIfPresent(key, (_, alike) -> {
                alike.remove(execution);
                return alike.isEmpty() ? null : alike;
            });
        }
        execution.waiters.forEach(waiter -> waiters.remove(waiter.id()));
    }

    /// Returns the execution that may serve whoever wants this job as well; null if there is none.
    @Nullable
    Execution equal(Job job) {
        return job.mergeable() ? mergeable.get(job.key()) : null;
    }

    /// Returns the first queued execution of this key; null if there is none.
    @Nullable
    Execution queued(String key) {
        var first = mergeable.get(key);
        if (first != null && first.lease == null) {
            return first;
        }
        for (var other : others.getOrDefault(key, NONE)) {
            if (other.lease == null) {
                return other;
            }
        }
        return null;
    }

    private static final SequencedSet<Execution> NONE = new LinkedHashSet<>(0);

    /// Returns whether an execution of this key runs.
    boolean runs(String key) {
        var first = mergeable.get(key);
        return (first != null && first.lease != null)
                || others.getOrDefault(key, NONE).stream().anyMatch(other -> other.lease != null);
    }

    void addWaiter(WaiterId id, Job job, Execution execution) {
        var waiter = new Waiter(id, execution, job.priority(), job.tenant());
        waiters.put(id, waiter);
        execution.waiters.add(waiter);
    }

    void removeWaiter(Waiter waiter) {
        waiters.remove(waiter.id());
        waiter.execution().waiters.remove(waiter);
    }
}
