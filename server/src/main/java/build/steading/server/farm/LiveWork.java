// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.Decision;
import build.steading.schedule.ExecutionId;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Verdict;
import build.steading.schedule.WaiterId;
import build.steading.schedule.WorkerId;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// What is queued and what runs, as far as the scheduler need not know: its decisions are carried out here.
/// Guarded by the farm's lock.
final class LiveWork {
    private final Path logs;
    private final InstantSource clock;
    private final Map<ExecutionId, LiveExecution> executions = new HashMap<>();
    private final Map<WaiterId, Pending> waiters = new HashMap<>();
    private final Map<LeaseId, LiveExecution> leases = new HashMap<>();
    private final Map<WorkerId, BlockingQueue<Lease>> mailboxes = new HashMap<>();

    /// @param logs a directory for the output of what runs
    LiveWork(Path logs, InstantSource clock) {
        this.logs = logs;
        this.clock = clock;
    }

    /// Takes in a stake that is about to be submitted.
    void add(Pending pending) {
        waiters.put(pending.stake().id(), pending);
    }

    /// Forgets a stake.
    Optional<Pending> remove(WaiterId waiter) {
        var left = Optional.ofNullable(waiters.remove(waiter));
        left.ifPresent(pending ->
                pending.execution().ifPresent(execution -> forget(execution, pending.stake())));
        return left;
    }

    private static void forget(LiveExecution execution, Stake stake) {
        execution.stakes().remove(stake.id().value());
        execution.attempt().ifPresent(attempt -> attempt.log().forget(stake.observer()));
    }

    /// Returns what the waiter waits for.
    Optional<LiveExecution> awaited(WaiterId waiter) {
        return Optional.ofNullable(waiters.get(waiter)).flatMap(Pending::execution);
    }

    /// @throws SteadingException with `NotFound` if the lease is not live
    LiveExecution held(LeaseId lease) {
        var execution = leases.get(lease);
        if (execution == null) {
            throw SteadingException.notFound("Lease `%s` was taken back", lease);
        }
        return execution;
    }

    Set<LeaseId> leases() {
        return leases.keySet();
    }

    Optional<BlockingQueue<Lease>> mailbox(WorkerId worker) {
        return Optional.ofNullable(mailboxes.get(worker));
    }

    BlockingQueue<Lease> openMailbox(WorkerId worker) {
        return mailboxes.computeIfAbsent(worker, _ -> new LinkedBlockingQueue<>());
    }

    void carryOut(Decision decision) {
        switch (decision) {
            case Decision.Accepted(var waiter, var id) -> accepted(waiter, id);
            case Decision.Joined(var waiter, var id, var _) -> joined(waiter, id);
            case Decision.Queued(var id, var reason) -> tellQueued(id, reason);
            case Decision.Assigned(var lease, var id, var worker) -> assigned(lease, id, worker);
            case Decision.Requeued(var id, var reason, var attempt) -> {
                endAttempt(id);
                tellQueued(id, "Attempt %d failed: %s".formatted(attempt - 1, reason));
            }
            case Decision.Revoked(var lease, var _, var _) -> leases.remove(lease);
            case Decision.Adopted _, Decision.Unclaimed _, Decision.Gone _, Decision.Detached _ -> {}
            case Decision.Ended(var id, var stakes, var verdict) -> concluded(id, stakes, verdict);
        }
    }

    private void accepted(WaiterId waiter, ExecutionId id) {
        var pending = pending(waiter);
        var execution = new LiveExecution(id, pending.request(), pending.admission(), clock.instant());
        executions.put(id, execution);
        pending.got(execution);
    }

    private void joined(WaiterId waiter, ExecutionId id) {
        var pending = pending(waiter);
        var execution = execution(id);
        pending.got(execution);
        var observer = pending.stake().observer();
        execution
                .attempt()
                .ifPresentOrElse(
                        attempt -> {
                            observer.running(attempt.worker(), true);
                            attempt.log().follow(observer);
                        },
                        () -> observer.queued("An equal action is queued already"));
    }

    private void assigned(LeaseId lease, ExecutionId id, WorkerId worker) {
        var execution = execution(id);
        var log = new LiveLog(logs.resolve("lease-" + lease));
        execution.begin(new LiveExecution.Attempt(lease, worker, log));
        leases.put(lease, execution);
        for (var stake : execution.stakes().values()) {
            stake.observer().running(worker, false);
            log.follow(stake.observer());
        }
        openMailbox(worker)
                .add(new Lease(lease, execution.action(), execution.warm(), execution.facts(), execution.since()));
    }

    private void concluded(ExecutionId id, List<WaiterId> stakes, Verdict verdict) {
        var execution = execution(id);
        var outcome = switch (verdict) {
            case Verdict.Done _ -> execution.outcome().orElseThrow();
            case Verdict.Cancelled(var by) -> new Outcome.Cancelled(by);
            case Verdict.GaveUp(var reason, var _) -> new Outcome.NotRun(new Failure.Unavailable(reason));
        };
        endAttempt(id);
        executions.remove(id);
        for (var waiter : stakes) {
            var pending = waiters.remove(waiter);
            if (pending != null) {
                pending.stake().complete(outcome);
            }
        }
    }

    private void endAttempt(ExecutionId id) {
        var execution = execution(id);
        execution.attempt().ifPresent(attempt -> leases.remove(attempt.lease()));
        execution.end();
    }

    private void tellQueued(ExecutionId id, String reason) {
        execution(id).stakes().values().forEach(stake -> stake.observer().queued(reason));
    }

    private Pending pending(WaiterId waiter) {
        var pending = waiters.get(waiter);
        if (pending == null) {
            throw new IllegalStateException("The scheduler speaks of waiter %s, whom nobody knows".formatted(waiter));
        }
        return pending;
    }

    private LiveExecution execution(ExecutionId id) {
        var execution = executions.get(id);
        if (execution == null) {
            throw new IllegalStateException("The scheduler speaks of execution %s, which nobody knows".formatted(id));
        }
        return execution;
    }

    /// Ends everything: whoever still waits gets `outcome`.
    void endAll(Outcome outcome) {
        waiters.values().forEach(pending -> pending.stake().complete(outcome));
        waiters.clear();
        executions.values().forEach(LiveExecution::end);
    }
}
