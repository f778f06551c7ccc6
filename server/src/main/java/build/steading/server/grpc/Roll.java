// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.execute.Lease;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which workers are here, and which leases each of them has been given: nobody can speak for another's lease,
/// and what is on its way to a worker is not taken for lost because the worker does not name it yet. What becomes
/// of leases is not decided here. Thread-safe.
final class Roll {
    /// Someone who is here.
    private static final class Presence {
        private final long connection;
        private final Map<LeaseId, Handed> leases = new HashMap<>();
        private boolean announced;

        private Presence(long connection) {
            this.connection = connection;
        }
    }

    /// @param take number of the call that it was handed over by; [#CONFIRMED] if the worker has named it since
    private record Handed(String action, long take) {}

    /// The calls by which a worker asks for work.
    ///
    /// @param begun the highest number among those that it knew of when it spoke: it cannot know what later ones
    ///     hand over
    /// @param waiting the numbers of those on whose answers it waited
    record Calls(long begun, Set<Long> waiting) {
        Calls {
            waiting = Set.copyOf(waiting);
        }

        private boolean mayBring(Handed handed) {
            return handed.take > begun || waiting.contains(handed.take);
        }
    }

    /// What the leases that a worker names come to.
    ///
    /// @param held those that it holds, or is about to
    /// @param gone those that it names, but are another's
    /// @param lost those that it was given and will never see
    record Reckoning(Map<LeaseId, String> held, Set<LeaseId> gone, Set<LeaseId> lost) {}

    private static final long CONFIRMED = -1;

    @GuardedBy("this")
    private final Map<WorkerId, Presence> present = new HashMap<>();

    @GuardedBy("this")
    private final Map<LeaseId, WorkerId> owners = new HashMap<>();

    @GuardedBy("this")
    private long lastConnection;

    /// Writes down that a worker has come, in place of any former connection of the same one.
    ///
    /// @return the number of its connection
    synchronized long enter(WorkerId worker) {
        forgetLeases(present.put(worker, new Presence(++lastConnection)));
        return lastConnection;
    }

    /// Strikes off a worker, unless it has come again since.
    synchronized void leave(WorkerId worker, long connection) {
        var presence = present.get(worker);
        if (presence != null && presence.connection == connection) {
            present.remove(worker);
            forgetLeases(presence);
        }
    }

    @GuardedBy("this")
    private void forgetLeases(@Nullable Presence presence) {
        if (presence != null) {
            owners.keySet().removeAll(presence.leases.keySet());
        }
    }

    /// Makes out what a worker holds.
    ///
    /// @param named the leases that it names as its own, with their actions
    /// @param calls leases that these hand over are its own as well
    synchronized Reckoning announce(WorkerId worker, Map<LeaseId, String> named, Calls calls) {
        var presence = presence(worker);
        var held = new HashMap<LeaseId, String>();
        var gone = new HashSet<LeaseId>();
        named.forEach((lease, action) -> {
            if (owners.getOrDefault(lease, worker).equals(worker)) {
                held.put(lease, action);
            } else {
                gone.add(lease);
            }
        });
        var leases = new HashMap<LeaseId, Handed>();
        held.forEach((lease, action) -> leases.put(lease, new Handed(action, CONFIRMED)));
        var lost = new HashSet<LeaseId>();
        presence.leases.forEach((lease, handed) -> {
            if (leases.containsKey(lease)) {
                return;
            }
            if (calls.mayBring(handed)) {
                leases.put(lease, handed);
                held.put(lease, handed.action);
            } else if (handed.take != CONFIRMED) {
                lost.add(lease);
            }
        });
        forgetLeases(presence);
        presence.leases.clear();
        presence.leases.putAll(leases);
        leases.keySet().forEach(lease -> owners.put(lease, worker));
        return new Reckoning(held, gone, lost);
    }

    /// From now on a worker is answered: the farm knows what it holds.
    synchronized void announced(WorkerId worker, long connection) {
        var presence = presence(worker);
        if (presence.connection == connection) {
            presence.announced = true;
        }
    }

    /// Returns those of `named` that are a worker's own.
    synchronized Set<LeaseId> renew(WorkerId worker, Set<LeaseId> named) {
        var presence = presence(worker);
        var own = new HashSet<>(named);
        own.retainAll(presence.leases.keySet());
        own.forEach(lease -> presence.leases.computeIfPresent(lease, (_, handed) -> confirmed(handed)));
        return own;
    }

    private static Handed confirmed(Handed handed) {
        return new Handed(handed.action, CONFIRMED);
    }

    /// Writes down that a worker is given a lease.
    ///
    /// @param take number of the call that hands it over
    /// @return false if it cannot be, as the worker is not here any more
    synchronized boolean handOver(WorkerId worker, long connection, Lease lease, long take) {
        var presence = present.get(worker);
        if (presence == null || presence.connection != connection) {
            return false;
        }
        presence.leases.put(lease.id(), new Handed(lease.action().toString(), take));
        owners.put(lease.id(), worker);
        return true;
    }

    /// Forgets a lease that has ended.
    synchronized void forget(LeaseId lease) {
        var owner = owners.remove(lease);
        Optional.ofNullable(owner).map(present::get).ifPresent(presence -> presence.leases.remove(lease));
    }

    /// Returns the number of a worker's connection.
    ///
    /// @throws SteadingException with `Unavailable` if it has not announced itself on one
    synchronized long requireHere(WorkerId worker) {
        var presence = presence(worker);
        if (!presence.announced) {
            throw absent(worker);
        }
        return presence.connection;
    }

    /// @throws SteadingException with `Unavailable` if the worker has not announced itself, `NotFound` if the
    ///     lease is not its own
    synchronized void requireOwner(WorkerId worker, LeaseId lease) {
        var _ = requireHere(worker);
        if (!worker.equals(owners.get(lease))) {
            throw SteadingException.notFound("Lease `%s` of worker `%s` is gone", lease, worker);
        }
    }

    @GuardedBy("this")
    private Presence presence(WorkerId worker) {
        var presence = present.get(worker);
        if (presence == null) {
            throw absent(worker);
        }
        return presence;
    }

    private static SteadingException absent(WorkerId worker) {
        return new SteadingException(new Failure.Unavailable("Worker `%s` has not announced itself".formatted(worker)));
    }
}
