// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// All workers with the same properties and the same policy, and all that is queued for them.
final class WorkerClass {
    final Properties properties;
    final Policy policy;

    /// The names of all facts that the policy looks at.
    final Set<String> facts;

    /// Workers with a slot that asked for work, longest idle first.
    final SequencedSet<Worker> idle = new LinkedHashSet<>();

    final SequencedSet<Worker> members = new LinkedHashSet<>();

    private final Map<Standing, Integer> count = new EnumMap<>(Standing.class);
    private final Map<Tenant, Demand> byTenant = new HashMap<>();
    private final TreeSet<Demand> byUse = new TreeSet<>(Demand.BY_USE);

    WorkerClass(Properties properties, Policy policy) {
        this.properties = properties;
        this.policy = policy;
        this.facts = policy.facts();
    }

    void add(Worker worker) {
        members.add(worker);
        worker.counted = worker.standing();
        count(worker, 1);
    }

    void remove(Worker worker) {
        members.remove(worker);
        idle.remove(worker);
        count(worker, -1);
    }

    /// Counts a member anew, whose standing may have changed.
    void recount(Worker worker) {
        var standing = worker.standing();
        if (standing != worker.counted) {
            count(worker, -1);
            worker.counted = standing;
            count(worker, 1);
        }
    }

    private void count(Worker worker, int change) {
        count.merge(worker.counted, change, Integer::sum);
    }

    /// Returns how many members are of this standing.
    int count(Standing standing) {
        return count.getOrDefault(standing, 0);
    }

    /// Notes that there is something in `lane`, which fits.
    void demand(Lane lane) {
        var demand = byTenant.get(lane.tenant);
        if (demand == null) {
            demand = new Demand(lane.tenant);
            byTenant.put(lane.tenant, demand);
            byUse.add(demand);
        } else if (!demand.isUpToDate()) {
            reorder(demand);
        }
        demand.lanes.add(lane);
    }

    /// Forgets a lane that is empty, if this knows it.
    void forget(Lane lane) {
        var demand = byTenant.get(lane.tenant);
        if (demand != null && demand.lanes.remove(lane) && demand.lanes.isEmpty()) {
            drop(demand);
        }
    }

    /// Returns the demand with something in it of the tenant that used least, of those that follow `after`; null
    /// if there is none.
    @Nullable
    Demand next(@Nullable Demand after) {
        while (true) {
            var demand = after == null ? first() : byUse.higher(after);
            if (demand == null) {
                return null;
            }
            if (demand.first() == null) {
                drop(demand);
            } else if (demand.isUpToDate()) {
                return demand;
            } else {
                reorder(demand);
            }
        }
    }

    private @Nullable Demand first() {
        return byUse.isEmpty() ? null : byUse.first();
    }

    private void reorder(Demand demand) {
        byUse.remove(demand);
        demand.update();
        byUse.add(demand);
    }

    private void drop(Demand demand) {
        byUse.remove(demand);
        byTenant.remove(demand.tenant);
    }
}
