// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Which workers have a connection, and which have been without one for too long. Each connection has a number of
/// its own, so it does not matter whether the end of an old one is noticed before or after a new one begins. A
/// worker that never had one is of no interest here. Guarded by the lock of [Floor].
final class Connections {
    private final Duration grace;
    private final Map<WorkerId, Set<Long>> open = new HashMap<>();

    /// Until when workers without a connection may come back. Whoever lost his later may come back later, so this
    /// is in the order in which that ends.
    private final SequencedMap<WorkerId, Instant> absent = new LinkedHashMap<>();

    /// @param grace how long a worker may be without a connection
    Connections(Duration grace) {
        this.grace = grace;
    }

    void add(WorkerId worker, long connection) {
        absent.remove(worker);
        open.computeIfAbsent(worker, _ -> new HashSet<>()).add(connection);
    }

    /// Notes that a connection has ended. To say so twice changes nothing.
    void remove(WorkerId worker, long connection, Instant now) {
        var all = open.get(worker);
        if (all == null || !all.remove(connection) || !all.isEmpty()) {
            return;
        }
        open.remove(worker);
        absent.putLast(worker, now.plus(grace));
    }

    /// Returns when the next worker is to be given up.
    Optional<Instant> nextDue() {
        return absent.isEmpty()
                ? Optional.empty()
                : Optional.of(absent.firstEntry().getValue());
    }

    /// Returns the workers that have been away for too long, and forgets them.
    List<WorkerId> takeLost(Instant now) {
        var lost = new ArrayList<WorkerId>(0);
        while (!absent.isEmpty() && !now.isBefore(absent.firstEntry().getValue())) {
            lost.add(absent.pollFirstEntry().getKey());
        }
        return lost;
    }
}
