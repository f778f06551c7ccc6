// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/// What the scheduler is told.
public sealed interface Event {
    /// Somebody wants an action to be run.
    record Submitted(WaiterId waiter, Job job) implements Event {}

    /// A waiter lost interest. Unknown waiters are ignored: their execution may just have ended.
    ///
    /// @param by who wants this, for people
    record Withdrawn(WaiterId waiter, String by) implements Event {}

    /// A worker joined, or says anew what it is, after a restart of either side for instance.
    ///
    /// A lease that it holds and this scheduler has never granted is one of an earlier scheduler of the same
    /// farm. If what it was granted for is queued, the lease is [Decision.Adopted] at once, before anything else
    /// comes of this event but [Decision.Gone]; if nobody asks for it, it is parked, without a decision: until
    /// somebody asks ([Decision.Adopted]), it ends ([Decision.Unclaimed]), or it is taken back
    /// ([Decision.Revoked]).
    record WorkerAnnounced(WorkerId worker, Offer offer) implements Event {}

    /// This scheduler goes on where an earlier one of the same farm was cut short. Until these workers have
    /// announced themselves, but not for long, nothing is assigned: they may hold leases on what is being
    /// submitted again.
    record Restarted(Set<WorkerId> expected) implements Event {
        public Restarted {
            expected = Set.copyOf(expected);
        }
    }

    /// A worker is gone, and whatever it was running is lost.
    record WorkerLeft(WorkerId worker) implements Event {}

    /// One idle slot of a worker asks for work; it gets one action at most, now or later.
    record Polled(WorkerId worker) implements Event {}

    /// One slot that asked for work waits no longer.
    record PollEnded(WorkerId worker) implements Event {}

    /// A worker still works on `leases`.
    record Renewed(WorkerId worker, Set<LeaseId> leases) implements Event {
        public Renewed {
            leases = sorted(leases);
        }
    }

    /// An attempt ended.
    record Finished(LeaseId lease, Ending ending) implements Event {}

    /// Nothing happened, but time passed.
    record Tick() implements Event {}

    private static Set<LeaseId> sorted(Set<LeaseId> leases) {
        return leases.isEmpty() ? Set.of() : Collections.unmodifiableSet(new TreeSet<>(leases));
    }
}
