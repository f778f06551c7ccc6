// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/// The leases that workers were given and have not named yet. Such a lease may be on its way, so a worker that
/// speaks of those it holds, and not of this one, does not say that it has lost it; but nothing is on its way for
/// ever. Guarded by the lock of [Floor].
final class Unnamed {
    private final Map<WorkerId, Map<LeaseId, Given>> leases = new HashMap<>();

    private record Given(String key, Instant time) {}

    void add(WorkerId worker, LeaseId lease, String key, Instant now) {
        leases.computeIfAbsent(worker, _ -> new HashMap<>()).put(lease, new Given(key, now));
    }

    /// Forgets those of a worker's leases: it has named them, or they are no more.
    void remove(WorkerId worker, Predicate<LeaseId> which) {
        leases.computeIfPresent(worker, (_, all) -> {
            all.keySet().removeIf(which);
            return all.isEmpty() ? null : all;
        });
    }

    /// Returns a worker's leases that it was given after `time`, and the keys of their jobs.
    Map<LeaseId, String> after(Instant time, WorkerId worker) {
        var young = new HashMap<LeaseId, String>();
        leases.getOrDefault(worker, Map.of()).forEach((lease, given) -> {
            if (given.time.isAfter(time)) {
                young.put(lease, given.key);
            }
        });
        return young;
    }

    void clear() {
        leases.clear();
    }
}
