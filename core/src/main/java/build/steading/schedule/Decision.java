// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the scheduler decided; in the order in which it is to be carried out.
public sealed interface Decision {
    /// A waiter has a new execution. One of [Assigned], [Queued] and [Adopted] follows at once.
    record Accepted(WaiterId waiter, ExecutionId execution) implements Decision {}

    /// What a waiter submitted is not taken on, for too much is queued already. It hears no more.
    ///
    /// @param reason for people
    record Declined(WaiterId waiter, String reason) implements Decision {}

    /// A waiter shares an execution that others wait for already.
    ///
    /// @param running whether an attempt runs at the moment
    record Joined(WaiterId waiter, ExecutionId execution, boolean running) implements Decision {}

    /// A new execution must wait.
    ///
    /// @param reason what it waits for, for people, one line per cause: a summary of [Scheduler#why]
    record Queued(ExecutionId execution, String reason) implements Decision {}

    /// A slot that asked for work gets some.
    record Assigned(LeaseId lease, ExecutionId execution, WorkerId worker) implements Decision {}

    /// An attempt that an earlier scheduler of this farm started goes on as one of this execution.
    record Adopted(LeaseId lease, ExecutionId execution, WorkerId worker) implements Decision {}

    /// An attempt that an earlier scheduler of this farm started has ended before anybody asked for it again.
    /// Whoever still does is to be answered with its outcome.
    ///
    /// @param key of the job
    record Unclaimed(LeaseId lease, String key) implements Decision {}

    /// An attempt came to nothing and another one will be made: the execution is queued again, in its old place.
    ///
    /// @param fault what went wrong; empty if the worker was not willing, which counts as no attempt
    /// @param reason why, for people
    /// @param attempt the number of the attempt to come, the first being 1; those that do not count are left out
    /// @param notBefore when that is made at the earliest
    record Requeued(ExecutionId execution, Optional<Fault> fault, String reason, int attempt, Instant notBefore)
            implements Decision {}

    /// A live lease, or one that nobody claimed yet, is taken back: the worker must kill the action if it still
    /// can, and may not end the lease.
    ///
    /// @param reason for people
    record Revoked(LeaseId lease, WorkerId worker, String reason) implements Decision {}

    /// Somebody named a lease that is not live, or not theirs: they must kill the action. Nothing else changed.
    record Gone(LeaseId lease) implements Decision {}

    /// A waiter left, others stay. It hears no more.
    record Detached(WaiterId waiter) implements Decision {}

    /// An execution ended, for all that still wait for it, and for the waiter that has just left it as the last
    /// one.
    record Ended(ExecutionId execution, List<WaiterId> waiters, Verdict verdict) implements Decision {
        public Ended {
            waiters = List.copyOf(waiters);
        }
    }
}
