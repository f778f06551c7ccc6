// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Properties;
import build.steading.platform.Requirement;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// Knows which classes of requirements fit which classes of workers. Each pair is checked once.
final class FitTable {
    /// How many requirements are remembered that nobody has at the moment.
    private static final int MAX_IDLE = 256;

    private final Map<Requirement, RequirementClass> requirements = new LinkedHashMap<>();
    private final Map<Properties, WorkerClass> workers = new LinkedHashMap<>();
    private final SequencedSet<RequirementClass> idle = new LinkedHashSet<>();

    /// Returns the class, which has one live execution more from now on.
    RequirementClass enter(Requirement requirement) {
        var found = requirements.get(requirement);
        if (found == null) {
            found = new RequirementClass(requirement);
            requirements.put(requirement, found);
            workers.values().forEach(found::meet);
        }
        if (found.live++ == 0) {
            idle.remove(found);
        }
        return found;
    }

    void leave(RequirementClass requirement) {
        if (--requirement.live > 0) {
            return;
        }
        idle.addLast(requirement);
        if (idle.size() > MAX_IDLE) {
            var forgotten = idle.removeFirst();
            requirements.remove(forgotten.requirement);
            forgotten.lanes.values().forEach(lane -> forgotten.fitting().forEach(workers -> workers.forget(lane)));
        }
    }

    /// Forgets a tenant that has no execution at all.
    void forget(Tenant tenant) {
        for (var requirement : requirements.values()) {
            var lane = requirement.lanes.remove(tenant);
            if (lane != null) {
                requirement.fitting().forEach(workers -> workers.forget(lane));
            }
        }
    }

    /// Returns the class of the workers with these properties.
    WorkerClass classOf(Properties properties) {
        var found = workers.get(properties);
        if (found == null) {
            found = new WorkerClass(properties);
            workers.put(properties, found);
            for (var requirement : requirements.values()) {
                requirement.meet(found);
            }
        }
        return found;
    }

    /// Takes a worker out of its class.
    ///
    /// @param next the class that it is about to enter; null if it leaves the farm
    void leave(Worker worker, @Nullable WorkerClass next) {
        var left = worker.workerClass;
        left.remove(worker);
        if (left.members.isEmpty() && left != next) {
            workers.remove(left.properties);
            requirements.values().forEach(requirement -> requirement.part(left));
        }
    }
}
