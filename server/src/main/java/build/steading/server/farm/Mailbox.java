// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.Lease;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/// Where one worker's slots wait for what they are given. When the worker announces itself anew or is gone, it is
/// closed, and those that wait in it wait no longer: they may belong to a connection that is dead. Thread-safe.
final class Mailbox {
    @GuardedBy("this")
    private final Queue<Lease> leases = new ArrayDeque<>();

    /// Leases of an earlier mailbox, for those who come next: they need not wait.
    @GuardedBy("this")
    private final Queue<Lease> inherited = new ArrayDeque<>();

    /// How many slots wait that were given nothing: as many as the scheduler knows of.
    @GuardedBy("this")
    private int waiting;

    @GuardedBy("this")
    private boolean closed;

    /// Takes over what nobody fetched from an earlier mailbox of the worker.
    synchronized void inherit(Lease unfetched) {
        inherited.add(unfetched);
    }

    /// Returns what is there for a slot that comes; if nothing is, the slot must wait.
    synchronized Optional<Lease> collect() {
        return Optional.ofNullable(inherited.poll());
    }

    /// A slot begins to wait.
    synchronized void enter() {
        waiting++;
    }

    /// Gives a lease to one of those that wait.
    synchronized void put(Lease lease) {
        waiting--;
        leases.add(lease);
        // One is enough: none of those that wait is worse than another.
        notify();
    }

    /// Waits for a lease, but no longer than `patience`, nor for one that will not come.
    synchronized Optional<Lease> await(Duration patience) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (leases.isEmpty() && !closed) {
            var leftMillis = Math.ceilDiv(deadline - System.nanoTime(), 1_000_000L);
            if (leftMillis <= 0) {
                break;
            }
            wait(leftMillis);
        }
        return Optional.ofNullable(leases.poll());
    }

    /// Returns what was given to a slot just now that waits no longer; it still counts if that is nothing.
    synchronized Optional<Lease> late() {
        return Optional.ofNullable(leases.poll());
    }

    /// Counts one slot less that waits, if there is any.
    synchronized boolean discount() {
        var any = waiting > 0;
        waiting -= any ? 1 : 0;
        return any;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /// Returns how many slots wait that were given nothing.
    synchronized int waiting() {
        return waiting;
    }

    /// Has nobody wait any longer.
    ///
    /// @return what nobody has fetched
    synchronized List<Lease> close() {
        var unfetched = new ArrayList<>(inherited);
        unfetched.addAll(leases);
        leases.clear();
        closed = true;
        notifyAll();
        return unfetched;
    }
}
