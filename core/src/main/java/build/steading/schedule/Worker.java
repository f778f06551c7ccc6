// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// A machine that runs actions, as far as it was heard of.
final class Worker {
    final WorkerId id;
    final Map<LeaseId, ActiveLease> leases = new LinkedHashMap<>();

    /// The inputs that it is thought to hold, least recently used first. Kept by [Roster].
    final LinkedHashSet<String> inputs = new LinkedHashSet<>();

    WorkerClass workerClass;
    int slots;

    /// How many slots asked for work.
    int polls;

    /// Whether it let a lease lapse and was not heard of since.
    boolean silent;

    /// How many executions are kept from others to wait for this one.
    int reserved;

    /// Who became idle earlier has the smaller number.
    long idleSequence;

    Worker(WorkerId id, WorkerClass workerClass) {
        this.id = id;
        this.workerClass = workerClass;
    }

    /// Returns whether it gets what comes.
    boolean available() {
        return polls > 0 && leases.size() < slots && !silent;
    }

    boolean holdsAnyOf(Set<String> wanted) {
        for (var input : wanted) {
            if (inputs.contains(input)) {
                return true;
            }
        }
        return false;
    }

    Snapshot.WorkerStatus status() {
        var running = leases.values().stream()
                .map(lease -> new Snapshot.Attempt(lease.id, lease.execution.id, Nanos.toInstant(lease.sinceNanos)))
                .toList();
        return new Snapshot.WorkerStatus(id, workerClass.properties, slots, polls, silent, running);
    }
}
