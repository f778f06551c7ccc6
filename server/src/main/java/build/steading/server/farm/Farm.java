// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.Decision;
import build.steading.schedule.Ending;
import build.steading.schedule.Event;
import build.steading.schedule.ExecutionId;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.Scheduler;
import build.steading.schedule.Snapshot;
import build.steading.schedule.Verdict;
import build.steading.schedule.WaiterId;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Stands between requesters and workers: answers from the action cache, carries out what the scheduler decides,
/// and keeps the output of what runs.
///
/// Thread-safe: one lock guards the scheduler and all that belongs to it. Observers are told while it is held, so
/// that they hear things in order; therefore they must neither block nor call back. Store and cache are touched
/// without it; of disks, only a log that outgrew memory is read under it, for somebody who joins late.
public final class Farm implements ActionExecutor, WorkSource, AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration DECLINED_FOR = Duration.ofSeconds(10);

    private final BlobStore blobs;
    private final ActionCache cache;
    private final Path logs;
    private final InstantSource clock;
    private final Thread ticker;
    private final CountDownLatch closing = new CountDownLatch(1);

    @GuardedBy("this")
    private final Scheduler scheduler;

    @GuardedBy("this")
    private final Map<ExecutionId, LiveExecution> executions = new HashMap<>();

    @GuardedBy("this")
    private final Map<WaiterId, Pending> waiters = new HashMap<>();

    @GuardedBy("this")
    private final Map<LeaseId, LiveExecution> leases = new HashMap<>();

    @GuardedBy("this")
    private final Map<WorkerId, BlockingQueue<Lease>> mailboxes = new HashMap<>();

    @GuardedBy("this")
    private long lastWaiter;

    /// A stake that has been submitted, and the execution that it got.
    private static final class Pending {
        private final Stake stake;
        private final ExecutionRequest request;
        private final boolean cacheable;
        private Optional<LiveExecution> execution = Optional.empty();

        Pending(Stake stake, ExecutionRequest request, boolean cacheable) {
            this.stake = stake;
            this.request = request;
            this.cacheable = cacheable;
        }
    }

    /// @param clock should not jump: a leap forward would end all leases
    /// @param logs a directory for the output of what runs, emptied by whoever owns it
    public Farm(BlobStore blobs, ActionCache cache, Scheduler scheduler, Path logs, InstantSource clock) {
        this.blobs = blobs;
        this.cache = cache;
        this.scheduler = scheduler;
        this.logs = logs;
        this.clock = clock;
        this.ticker = Thread.ofVirtual().name("farm-ticker").start(this::tick);
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        if (!request.skipCache()) {
            var known = cache.find(request.action());
            if (known.isPresent()) {
                return ended(new Outcome.Completed(known.get(), true, List.of()), observer);
            }
        }
        Admission admission;
        try {
            admission = Admission.of(request, blobs);
        } catch (SteadingException e) {
            return ended(new Outcome.NotRun(e.failure()), observer);
        }
        synchronized (this) {
            var stake = new Stake(this, new WaiterId(++lastWaiter), observer);
            waiters.put(stake.id(), new Pending(stake, request, admission.cacheable()));
            apply(new Event.Submitted(stake.id(), admission.job()));
            return stake;
        }
    }

    private Execution ended(Outcome outcome, ExecutionObserver observer) {
        synchronized (this) {
            var stake = new Stake(this, new WaiterId(++lastWaiter), observer);
            stake.complete(outcome);
            return stake;
        }
    }

    synchronized void withdraw(WaiterId waiter, String by) {
        apply(new Event.Withdrawn(waiter, by));
        var left = waiters.remove(waiter);
        if (left != null) {
            left.execution.ifPresent(execution -> forget(execution, left.stake));
            left.stake.complete(new Outcome.Cancelled(by));
        }
    }

    boolean follow(WaiterId waiter, ExecutionObserver observer) {
        Optional<LiveLog> log;
        synchronized (this) {
            log = Optional.ofNullable(waiters.get(waiter))
                    .flatMap(pending -> pending.execution)
                    .flatMap(LiveExecution::attempt)
                    .map(LiveExecution.Attempt::log);
        }
        return log.isPresent() && log.get().follow(observer);
    }

    @Override
    public synchronized Duration announce(WorkerId worker, Offer offer) {
        mailbox(worker).clear();
        apply(new Event.WorkerAnnounced(worker, offer));
        return scheduler.limits().leaseTtl();
    }

    @Override
    public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
        BlockingQueue<Lease> mailbox;
        synchronized (this) {
            mailbox = mailboxes.get(worker);
            if (mailbox == null) {
                throw SteadingException.notFound("Worker `%s` has not announced itself", worker);
            }
            apply(new Event.Polled(worker));
        }
        var taken = false;
        try {
            var lease = mailbox.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            taken = lease != null;
            return Optional.ofNullable(lease).or(() -> stopPolling(worker, mailbox));
        } finally {
            if (!taken && Thread.currentThread().isInterrupted()) {
                stopPolling(worker, mailbox).ifPresent(lease -> giveBack(lease.id()));
            }
        }
    }

    private synchronized Optional<Lease> stopPolling(WorkerId worker, BlockingQueue<Lease> mailbox) {
        var late = mailbox.poll();
        if (late == null) {
            apply(new Event.PollEnded(worker));
        }
        return Optional.ofNullable(late);
    }

    private synchronized void giveBack(LeaseId lease) {
        apply(new Event.Finished(lease, new Ending.Failed(Fault.WORKER_SHUTDOWN, "The worker is being stopped")));
    }

    @Override
    public synchronized Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
        apply(new Event.Renewed(worker, held));
        var gone = new HashSet<>(held);
        gone.removeAll(leases.keySet());
        return gone;
    }

    @Override
    public long append(LeaseId lease, long offset, byte[] log) {
        return liveLog(lease).append(offset, log);
    }

    private synchronized LiveLog liveLog(LeaseId lease) {
        return live(lease).attempt().orElseThrow(() -> gone(lease)).log();
    }

    private synchronized LiveExecution live(LeaseId lease) {
        var execution = leases.get(lease);
        if (execution == null) {
            throw gone(lease);
        }
        return execution;
    }

    private static SteadingException gone(LeaseId lease) {
        return SteadingException.notFound("Lease `%s` was taken back", lease);
    }

    @Override
    public void finish(LeaseId lease, Outcome outcome) {
        var execution = live(lease);
        if (outcome instanceof Outcome.Completed completed
                && completed.result().getExitCode() == 0
                && execution.cacheable()) {
            // Before anybody hears of the end: whoever asks again from then on finds the result.
            cache.put(execution.action(), completed.result());
        }
        synchronized (this) {
            var _ = live(lease);
            var ending = ending(outcome);
            if (ending instanceof Ending.Done) {
                execution.outcome(outcome);
            }
            apply(new Event.Finished(lease, ending));
        }
    }

    private static Ending ending(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Refused(var reason, var askAgainAfter) -> new Ending.Refused(reason, askAgainAfter);
            case Outcome.NotRun(var failure, var fault)
            when outcome.retryable() -> new Ending.Failed(fault, failure.message());
            default -> new Ending.Done();
        };
    }

    /// Returns what the farm is doing.
    public synchronized Snapshot snapshot() {
        return scheduler.snapshot();
    }

    private void tick() {
        try {
            while (!closing.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                synchronized (this) {
                    apply(new Event.Tick());
                }
            }
        } catch (InterruptedException _) {
            // close() ran out of patience.
        }
    }

    @GuardedBy("this")
    private void apply(Event event) {
        scheduler.apply(event, clock.instant()).forEach(this::carryOut);
    }

    @GuardedBy("this")
    private void carryOut(Decision decision) {
        switch (decision) {
            case Decision.Accepted(var waiter, var id) -> accepted(waiter, id);
            case Decision.Joined(var waiter, var id, var _) -> joined(waiter, id);
            case Decision.Queued(var id, var reason) -> tellQueued(id, reason);
            case Decision.Assigned(var lease, var id, var worker) -> assigned(lease, id, worker);
            case Decision.Declined(var waiter, var reason) -> declined(waiter, reason);
            case Decision.Requeued(var id, var fault, var reason, var _, var _) -> {
                endAttempt(id);
                tellQueued(id, (fault.isEmpty() ? "A worker refused: " : "An attempt failed: ") + reason);
            }
            case Decision.Revoked(var lease, var _, var _) -> leases.remove(lease);
            case Decision.Adopted _, Decision.Unclaimed _, Decision.Gone _, Decision.Detached _ -> {}
            case Decision.Ended(var id, var stakes, var verdict) -> concluded(id, stakes, verdict);
        }
    }

    @GuardedBy("this")
    private void accepted(WaiterId waiter, ExecutionId id) {
        var pending = pending(waiter);
        var execution = new LiveExecution(id, pending.request, pending.cacheable, clock.instant());
        executions.put(id, execution);
        pending.execution = Optional.of(execution);
        execution.stakes().put(waiter.value(), pending.stake);
    }

    @GuardedBy("this")
    private void declined(WaiterId waiter, String reason) {
        var pending = pending(waiter);
        waiters.remove(waiter);
        pending.stake.complete(new Outcome.NotRun(new Failure.Overloaded(reason, DECLINED_FOR)));
    }

    @GuardedBy("this")
    private void joined(WaiterId waiter, ExecutionId id) {
        var pending = pending(waiter);
        var execution = execution(id);
        pending.execution = Optional.of(execution);
        execution.stakes().put(waiter.value(), pending.stake);
        var observer = pending.stake.observer();
        execution
                .attempt()
                .ifPresentOrElse(
                        attempt -> {
                            observer.running(attempt.worker(), true);
                            attempt.log().follow(observer);
                        },
                        () -> observer.queued("An equal action is queued already"));
    }

    @GuardedBy("this")
    private void assigned(LeaseId lease, ExecutionId id, WorkerId worker) {
        var execution = execution(id);
        var log = new LiveLog(logs.resolve("lease-" + lease));
        execution.begin(new LiveExecution.Attempt(lease, worker, log));
        leases.put(lease, execution);
        for (var stake : execution.stakes().values()) {
            stake.observer().running(worker, false);
            log.follow(stake.observer());
        }
        mailbox(worker)
                .add(new Lease(lease, execution.action(), execution.warm(), execution.facts(), execution.since()));
    }

    @GuardedBy("this")
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
                pending.stake.complete(outcome);
            }
        }
    }

    @GuardedBy("this")
    private void endAttempt(ExecutionId id) {
        var execution = execution(id);
        execution.attempt().ifPresent(attempt -> leases.remove(attempt.lease()));
        execution.end();
    }

    @GuardedBy("this")
    private void tellQueued(ExecutionId id, String reason) {
        execution(id).stakes().values().forEach(stake -> stake.observer().queued(reason));
    }

    private static void forget(LiveExecution execution, Stake stake) {
        execution.stakes().remove(stake.id().value());
        execution.attempt().ifPresent(attempt -> attempt.log().forget(stake.observer()));
    }

    @GuardedBy("this")
    private Pending pending(WaiterId waiter) {
        var pending = waiters.get(waiter);
        if (pending == null) {
            throw new IllegalStateException("The scheduler speaks of waiter %s, whom nobody knows".formatted(waiter));
        }
        return pending;
    }

    @GuardedBy("this")
    private LiveExecution execution(ExecutionId id) {
        var execution = executions.get(id);
        if (execution == null) {
            throw new IllegalStateException("The scheduler speaks of execution %s, which nobody knows".formatted(id));
        }
        return execution;
    }

    @GuardedBy("this")
    private BlockingQueue<Lease> mailbox(WorkerId worker) {
        return mailboxes.computeIfAbsent(worker, _ -> new LinkedBlockingQueue<>());
    }

    /// Stops deciding. Whoever still waits is told that the farm is gone.
    @Override
    public void close() {
        closing.countDown();
        try {
            ticker.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            var stopped = new Outcome.NotRun(new Failure.Unavailable("Steading is being stopped"));
            waiters.values().forEach(pending -> pending.stake.complete(stopped));
            waiters.clear();
            executions.values().forEach(LiveExecution::end);
        }
    }
}
