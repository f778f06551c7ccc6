// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.schedule.LeaseId;
import build.steading.schedule.Snapshot;
import build.steading.schedule.Snapshot.WorkerStatus;
import build.steading.schedule.WorkerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Compares the books of a [Floor]: each slot and each lease is in all of them, or in none. What is in one only
/// has leaked. Guarded by the lock of [Floor].
final class Audit {
    private final List<String> found = new ArrayList<>();

    private Audit() {}

    /// Returns what contradicts itself, for people: nothing, ever.
    static List<String> of(Snapshot scheduler, Mailboxes mailboxes, LiveWork work) {
        var audit = new Audit();
        var leases = work.leases();
        var known = new HashSet<WorkerId>();
        for (var worker : scheduler.workers()) {
            known.add(worker.id());
            audit.slots(worker, mailboxes);
            audit.leases(worker, leases.getOrDefault(worker.id(), Set.of()));
        }
        audit.equal("workers with a mailbox", mailboxes.workers(), "workers of the scheduler", known);
        leases.keySet().removeAll(known);
        audit.equal("leases of nobody", leases, "none", Map.of());
        audit.equal("executions", work.size(), "queued or running", scheduler.queued() + scheduler.running());
        return audit.found;
    }

    private void slots(WorkerStatus worker, Mailboxes mailboxes) {
        var waiting = mailboxes.find(worker.id()).map(Mailbox::waiting).orElse(0);
        equal("slots of `%s` that wait".formatted(worker.id()), waiting, "of the scheduler", worker.polling());
    }

    private void leases(WorkerStatus worker, Set<LeaseId> live) {
        var running = new HashSet<LeaseId>();
        worker.running().forEach(attempt -> running.add(attempt.lease()));
        var what = "leases of `%s`".formatted(worker.id());
        equal(what, live.size(), "of the scheduler", running.size() + worker.parked());
        running.removeAll(live);
        equal(what + " that only the scheduler knows", running, "none", Set.of());
    }

    private void equal(String what, Object value, String other, Object expected) {
        if (!value.equals(expected)) {
            found.add("%s: %s, %s: %s".formatted(what, value, other, expected));
        }
    }
}
