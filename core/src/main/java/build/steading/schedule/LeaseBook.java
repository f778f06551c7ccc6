// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The live leases, in the order in which they lapse: every lease lasts equally long and time never goes back, so
/// whichever was renewed last lapses last.
final class LeaseBook {
    private final long ttlNanos;
    private final SequencedMap<LeaseId, ActiveLease> byDeadline = new LinkedHashMap<>();

    LeaseBook(Duration ttl) {
        this.ttlNanos = ttl.toNanos();
    }

    /// Adds a lease, or extends it to its full time from now.
    void renew(ActiveLease lease, long now) {
        lease.deadlineNanos = now + ttlNanos;
        byDeadline.putLast(lease.id, lease);
    }

    void remove(ActiveLease lease) {
        byDeadline.remove(lease.id);
    }

    @Nullable
    ActiveLease find(LeaseId id) {
        return byDeadline.get(id);
    }

    /// Returns the leases whose time is up, and leaves them in the book.
    List<ActiveLease> lapsed(long now) {
        var lapsed = new ArrayList<ActiveLease>(0);
        for (var lease : byDeadline.values()) {
            if (now < lease.deadlineNanos) {
                break;
            }
            lapsed.add(lease);
        }
        return lapsed;
    }

    Optional<Long> nextDeadlineNanos() {
        return byDeadline.isEmpty()
                ? Optional.empty()
                : Optional.of(byDeadline.firstEntry().getValue().deadlineNanos);
    }

    int size() {
        return byDeadline.size();
    }
}
