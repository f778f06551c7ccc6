// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The leases that an earlier scheduler of the same farm granted, and that nobody has asked for again so far.
final class ParkedLeases {
    /// How many a worker may bring with it.
    private static final int MAX_PER_WORKER = 1024;

    /// How many are remembered that came to an end: they do not come back.
    private static final int MAX_CLOSED = 65_536;

    private final long firstId;
    private final long patienceNanos;
    private final Map<String, ActiveLease> byKey = new HashMap<>();
    private final SequencedSet<ActiveLease> byAge = new LinkedHashSet<>();
    private final SequencedSet<LeaseId> closed = new LinkedHashSet<>();

    /// @param firstId all leases below it are of earlier schedulers
    ParkedLeases(long firstId, Duration patience) {
        this.firstId = firstId;
        this.patienceNanos = patience.toNanos();
    }

    /// Returns whether a lease that this scheduler did not grant may go on.
    boolean mayGoOn(LeaseId id, String key, Worker worker) {
        return id.value() < firstId
                && !closed.contains(id)
                && !byKey.containsKey(key)
                && worker.leases.size() < MAX_PER_WORKER;
    }

    void park(ActiveLease lease) {
        byKey.put(lease.key, lease);
        byAge.addLast(lease);
    }

    /// Returns the lease for this job, which is parked no longer; null if there is none.
    @Nullable
    ActiveLease claim(String key) {
        var lease = byKey.remove(key);
        if (lease != null) {
            byAge.remove(lease);
        }
        return lease;
    }

    /// Notes that a lease came to an end, parked or not.
    void close(ActiveLease lease) {
        if (lease.id.value() >= firstId) {
            return;
        }
        byKey.remove(lease.key, lease);
        byAge.remove(lease);
        closed.addLast(lease.id);
        if (closed.size() > MAX_CLOSED) {
            closed.removeFirst();
        }
    }

    /// Returns the next lease that nobody asked for in time; null if there is none.
    @Nullable
    ActiveLease due(long now) {
        return nextDueNanos().filter(due -> due <= now).isPresent() ? byAge.getFirst() : null;
    }

    Optional<Long> nextDueNanos() {
        return byAge.isEmpty() ? Optional.empty() : Optional.of(byAge.getFirst().sinceNanos + patienceNanos);
    }

    int size() {
        return byAge.size();
    }
}
