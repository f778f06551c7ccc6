// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Properties;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// All workers with the same properties, and all that is queued for them.
final class WorkerClass {
    final Properties properties;

    /// Workers with a slot that asked for work, longest idle first.
    final SequencedSet<Worker> idle = new LinkedHashSet<>();

    final SequencedSet<Worker> members = new LinkedHashSet<>();

    /// How many members take no new work.
    int draining;

    /// How many other members let a lease lapse and were not heard of since.
    int silent;

    private final Map<Tenant, Demand> byTenant = new HashMap<>();
    private final TreeSet<Demand> byUse = new TreeSet<>(Demand.BY_USE);

    WorkerClass(Properties properties) {
        this.properties = properties;
    }

    void add(Worker worker) {
        members.add(worker);
        count(worker, 1);
    }

    void remove(Worker worker) {
        members.remove(worker);
        idle.remove(worker);
        count(worker, -1);
    }

    /// Notes whether a member is silent.
    void setSilent(Worker worker, boolean silent) {
        count(worker, -1);
        worker.silent = silent;
        count(worker, 1);
    }

    private void count(Worker worker, int change) {
        if (worker.slots == 0) {
            draining += change;
        } else if (worker.silent) {
            silent += change;
        }
    }

    /// Notes that there is something in `lane`, which fits.
    void demand(Lane lane) {
        var demand = byTenant.get(lane.tenant);
        if (demand == null) {
            demand = new Demand(lane.tenant);
            byTenant.put(lane.tenant, demand);
            byUse.add(demand);
        } else if (demand.usedSeconds > lane.tenant.usedSeconds) {
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
            } else if (demand.usedSeconds == demand.tenant.usedSeconds) {
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
        demand.usedSeconds = demand.tenant.usedSeconds;
        byUse.add(demand);
    }

    private void drop(Demand demand) {
        byUse.remove(demand);
        byTenant.remove(demand.tenant);
    }
}
