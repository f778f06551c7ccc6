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
import build.steading.schedule.Ending;
import build.steading.schedule.Event;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.Scheduler;
import build.steading.schedule.Snapshot;
import build.steading.schedule.WaiterId;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Stands between requesters and workers: answers from the action cache, carries out what the scheduler decides,
/// and keeps the output of what runs.
///
/// Thread-safe: one lock guards the scheduler and all that belongs to it. Observers are told while it is held, so
/// that they hear things in order; therefore they must neither block nor call back. Store and cache are touched
/// without it; of disks, only a log that outgrew memory is read under it, for somebody who joins late.
public final class Farm implements ActionExecutor, WorkSource, AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(250);

    private final BlobStore blobs;
    private final ActionCache cache;
    private final InstantSource clock;
    private final Thread ticker;
    private final CountDownLatch closing = new CountDownLatch(1);

    @GuardedBy("this")
    private final Scheduler scheduler;

    @GuardedBy("this")
    private final LiveWork work;

    @GuardedBy("this")
    private long lastWaiter;

    /// @param clock should not jump: a leap forward would end all leases
    /// @param logs a directory for the output of what runs, emptied by whoever owns it
    public Farm(BlobStore blobs, ActionCache cache, Scheduler scheduler, Path logs, InstantSource clock) {
        this.blobs = blobs;
        this.cache = cache;
        this.scheduler = scheduler;
        this.work = new LiveWork(logs, clock);
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
            work.add(new Pending(stake, request, admission));
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
        work.remove(waiter).ifPresent(left -> left.stake().complete(new Outcome.Cancelled(by)));
    }

    boolean follow(WaiterId waiter, ExecutionObserver observer) {
        Optional<LiveLog> log;
        synchronized (this) {
            log = work.awaited(waiter).flatMap(LiveExecution::attempt).map(LiveExecution.Attempt::log);
        }
        return log.isPresent() && log.get().follow(observer);
    }

    synchronized List<String> why(WaiterId waiter) {
        return work.awaited(waiter)
                .flatMap(execution -> scheduler.why(execution.id()))
                .map(text -> text.lines().toList())
                .orElse(List.of());
    }

    @Override
    public synchronized Duration announce(WorkerId worker, Offer offer) {
        work.openMailbox(worker).clear();
        apply(new Event.WorkerAnnounced(worker, offer));
        return scheduler.limits().leaseTtl();
    }

    @Override
    public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
        BlockingQueue<Lease> mailbox;
        synchronized (this) {
            mailbox = work.mailbox(worker)
                    .orElseThrow(
                            () -> SteadingException.notFound("Worker `%s` has not announced itself", worker));
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
        gone.removeAll(work.leases());
        return gone;
    }

    @Override
    public long append(LeaseId lease, long offset, byte[] log) {
        return liveLog(lease).append(offset, log);
    }

    private synchronized LiveLog liveLog(LeaseId lease) {
        return live(lease).attempt().orElseThrow().log();
    }

    private synchronized LiveExecution live(LeaseId lease) {
        return work.held(lease);
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
        scheduler.apply(event, clock.instant()).forEach(work::carryOut);
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
            work.endAll(stopped);
        }
    }
}
