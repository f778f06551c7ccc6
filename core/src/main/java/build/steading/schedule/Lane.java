// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The queued executions of one tenant that require the same. Those that are held, and those that exclude
/// somebody, are kept apart, so that they cost nothing to workers that should leave them alone.
final class Lane {
    /// How many executions are looked at, at most, for one that did not fail on a worker.
    private static final int LOOKAHEAD = 16;

    final RequirementClass requirement;
    final Tenant tenant;
    private final RankedQueue ready = new RankedQueue();
    private final RankedSet retrying = new RankedSet();
    private final RankedSet reserved = new RankedSet();
    private final Map<Exclusion, RankedSet> refused = new LinkedHashMap<>();

    Lane(RequirementClass requirement, Tenant tenant) {
        this.requirement = requirement;
        this.tenant = tenant;
    }

    void add(Execution execution) {
        if (execution.isHeld()) {
            held(execution).add(execution);
        } else if (execution.exclusion.isEmpty()) {
            ready.add(execution);
        } else {
            refused.computeIfAbsent(execution.exclusion, _ -> new RankedSet()).add(execution);
        }
    }

    void remove(Execution execution) {
        if (execution.isHeld()) {
            held(execution).remove(execution);
        } else if (execution.exclusion.isEmpty()) {
            ready.remove(execution);
        } else {
            refused.computeIfPresent(execution.exclusion, (_, alike) -> {
                alike.remove(execution);
                return alike.first() == null ? null : alike;
            });
        }
    }

    private RankedSet held(Execution execution) {
        return execution.reservedOn == null ? retrying : reserved;
    }

    /// Returns the first execution, held or not; null if there is none.
    @Nullable
    Execution first() {
        var first = Execution.earlier(ready.first(), Execution.earlier(retrying.first(), reserved.first()));
        for (var alike : refused.values()) {
            first = Execution.earlier(first, alike.first());
        }
        return first;
    }

    /// Returns the first execution that is neither held from `worker` nor excludes it, without those that are
    /// reserved for workers with their inputs: [InputIndex] finds them; null if there is none.
    @Nullable
    Execution firstFor(Worker worker) {
        var first = ready.first();
        for (var alike : refused.entrySet()) {
            if (!alike.getKey().covers(worker)) {
                first = Execution.earlier(first, alike.getValue().first());
            }
        }
        var seen = 0;
        for (var execution : retrying) {
            if (seen++ == LOOKAHEAD) {
                break;
            }
            if (!execution.heldFrom(worker) && !execution.excludes(worker)) {
                return Execution.earlier(first, execution);
            }
        }
        return first;
    }

    /// Returns the first execution that is held from `worker`, but does not exclude it; null if there is none
    /// among the first ones.
    @Nullable
    Execution heldFor(Worker worker) {
        return Execution.earlier(heldFor(worker, retrying), heldFor(worker, reserved));
    }

    private static @Nullable Execution heldFor(Worker worker, RankedSet held) {
        var seen = 0;
        for (var execution : held) {
            if (seen++ == LOOKAHEAD) {
                break;
            }
            if (!execution.excludes(worker) && execution.suitsPolicyOf(worker)) {
                return execution;
            }
        }
        return null;
    }

    /// Returns how many executions go before `execution`, which need not be in this lane.
    int before(Execution execution) {
        var before = ready.before(execution) + retrying.before(execution) + reserved.before(execution);
        for (var alike : refused.values()) {
            before += alike.before(execution);
        }
        return before;
    }

    /// Returns all executions, in no order to speak of.
    List<Execution> all() {
        var all = new ArrayList<Execution>();
        ready.forEach(all::add);
        retrying.forEach(all::add);
        reserved.forEach(all::add);
        refused.values().forEach(alike -> alike.forEach(all::add));
        return all;
    }
}
