// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.execute.Lease;
import build.steading.schedule.LeaseId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The leases that have come by one work source and are not ended yet: what a farm is told when it has forgotten
/// them. Thread-safe.
final class HeldLeases {
    private static final class Held {
        private final String action;
        private boolean named;
        private long logBytes;

        private Held(String action) {
            this.action = action;
        }
    }

    @GuardedBy("this")
    private final Map<LeaseId, Held> held = new HashMap<>();

    @GuardedBy("this")
    private final Set<LeaseId> gone = new HashSet<>();

    synchronized void took(Lease lease) {
        held.put(lease.id(), new Held(lease.action().toString()));
    }

    /// The worker works on `named`. A lease that it has named before and names no longer, it has let go of; one
    /// that it has never named may just be on its way to it.
    synchronized void named(Set<LeaseId> named) {
        held.entrySet().removeIf(each -> each.getValue().named && !named.contains(each.getKey()));
        held.forEach((lease, each) -> each.named |= named.contains(lease));
        gone.retainAll(held.keySet());
    }

    /// Returns all leases and their actions.
    synchronized Map<LeaseId, String> all() {
        var all = new HashMap<LeaseId, String>();
        held.forEach((lease, each) -> all.put(lease, each.action));
        return all;
    }

    synchronized void drop(LeaseId lease) {
        held.remove(lease);
        gone.remove(lease);
    }

    /// Notes that the farm has taken leases back, until the worker asks.
    synchronized void noteGone(Collection<LeaseId> leases) {
        gone.addAll(leases);
        gone.retainAll(held.keySet());
    }

    /// Returns which of `named` the farm has taken back; they are held no longer.
    ///
    /// @param said those that it has just said
    synchronized Set<LeaseId> takeGone(Set<LeaseId> named, Collection<LeaseId> said) {
        var lost = new HashSet<>(gone);
        lost.retainAll(named);
        lost.addAll(said);
        lost.forEach(this::drop);
        return lost;
    }

    /// Notes how much of a log the farm has.
    synchronized void logged(LeaseId lease, long bytes) {
        var known = held.get(lease);
        if (known != null) {
            known.logBytes = bytes;
        }
    }

    synchronized long logBytes(LeaseId lease) {
        var known = held.get(lease);
        return known == null ? 0 : known.logBytes;
    }
}
