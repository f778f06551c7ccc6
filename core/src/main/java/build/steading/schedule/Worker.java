// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// A machine that runs actions, as far as it was heard of.
final class Worker {
    final WorkerId id;
    final Health health;
    final Map<LeaseId, ActiveLease> leases = new LinkedHashMap<>();

    /// The inputs that it is thought to hold, least recently used first. Kept by [Roster].
    final LinkedHashSet<String> inputs = new LinkedHashSet<>();

    WorkerClass workerClass;
    int slots;
    String remark = "";

    /// How many slots asked for work.
    int polls;

    /// Whether it let a lease lapse and was not heard of since.
    boolean silent;

    /// Whether it has left the farm.
    boolean gone;

    /// Whether there may be something for it that nobody has looked at yet.
    boolean unfinished;

    /// As what its class counts it.
    Standing counted = Standing.TAKING;

    /// How many executions are kept from others to wait for this one.
    int reserved;

    /// Who became idle earlier has the smaller number.
    long idleSequence;

    Worker(WorkerId id, Health health, WorkerClass workerClass) {
        this.id = id;
        this.health = health;
        this.workerClass = workerClass;
    }

    Standing standing() {
        if (slots == 0) {
            return Standing.DRAINING;
        }
        return silent ? Standing.SILENT : health.standing();
    }

    /// Returns whether it gets what comes.
    boolean available() {
        return polls > 0 && leases.size() < slots && !silent && health.mayTakeMore();
    }

    boolean holdsAnyOf(Set<String> wanted) {
        for (var input : wanted) {
            if (inputs.contains(input)) {
                return true;
            }
        }
        return false;
    }
}
