// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.Lease;
import build.steading.schedule.WorkerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The mailboxes of the workers that have announced themselves. Guarded by the lock of [Floor].
final class Mailboxes {
    private final Map<WorkerId, Mailbox> open = new HashMap<>();

    Optional<Mailbox> find(WorkerId worker) {
        return Optional.ofNullable(open.get(worker));
    }

    Set<WorkerId> workers() {
        return Set.copyOf(open.keySet());
    }

    /// Gives the worker a new mailbox, in place of the one that it may have.
    void open(WorkerId worker) {
        open.put(worker, new Mailbox());
    }

    void deliver(WorkerId worker, Lease lease) {
        var mailbox = open.get(worker);
        if (mailbox == null) {
            throw new IllegalStateException(
                    "The scheduler gives worker `%s` what it did not ask for".formatted(worker));
        }
        mailbox.put(lease);
    }

    /// Returns what was given to slots that had not fetched it.
    List<Lease> close(WorkerId worker) {
        var mailbox = open.remove(worker);
        return mailbox == null ? List.of() : mailbox.close();
    }

    void closeAll() {
        open.values().forEach(Mailbox::close);
        open.clear();
    }
}
