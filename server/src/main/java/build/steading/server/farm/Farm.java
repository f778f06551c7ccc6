// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Stands between requesters and workers: answers from the action cache, carries out what the scheduler decides,
/// and keeps the output of what runs.
///
/// Thread-safe: one lock guards the scheduler and all that belongs to it. Observers are told while it is held, so
/// that they hear things in order; therefore they must neither block nor call back. Store and cache are touched
/// without it; of disks, only a log that outgrew memory is read under it, for somebody who joins late, and
/// deleted.
public final class Farm implements ActionExecutor, WorkSource, AutoCloseable {
    /// How long a worker may be without a connection before what it runs is given to others.
    public static final Duration RECONNECTION = Duration.ofMillis(250);

    private static final Outcome STOPPED = new Outcome.NotRun(new Failure.Unavailable("Steading is being stopped"));

    private final Stores stores;
    private final Inspector inspector;
    private final InputKeeper keeper;
    private final InstantSource clock;
    private final Instant returnLimit;
    private final Alarm scheduling;
    private final Alarm keeping;

    @GuardedBy("this")
    private final Scheduler scheduler;

    @GuardedBy("this")
    private final Mailboxes mailboxes;

    @GuardedBy("this")
    private final LiveWork work;

    @GuardedBy("this")
    private final Connections connections;

    @GuardedBy("this")
    private long lastWaiter;

    @GuardedBy("this")
    private boolean closed;

    /// Where things are kept.
    ///
    /// @param blobs promises to keep what it was asked for, for two hours at least
    /// @param pins tells `blobs` what else must not be evicted
    /// @param logs a directory for the output of what runs, emptied by whoever owns it
    public record Stores(BlobStore blobs, ActionCache cache, Pins pins, Path logs) {}

    /// @param reconnection how long a worker may be without a connection before it is taken for lost, as a rule
    ///     [#RECONNECTION]
    /// @param clock should not jump: a leap forward would end all leases
    public Farm(Stores stores, Scheduler scheduler, Duration reconnection, InstantSource clock) {
        this.stores = stores;
        this.inspector = new Inspector(stores.blobs());
        this.keeper = new InputKeeper(stores.blobs());
        this.scheduler = scheduler;
        this.clock = clock;
        var boxes = new Mailboxes();
        this.mailboxes = boxes;
        this.work = new LiveWork(stores.logs(), clock, boxes::deliver);
        this.connections = new Connections(reconnection);
        this.returnLimit = clock.instant().plus(scheduler.limits().leaseTtl().multipliedBy(4));
        this.scheduling = new Alarm("farm-ticker", clock, this::tick);
        this.keeping = new Alarm("farm-keeper", clock, this::keepInputs);
        keeping.set(Optional.of(clock.instant().plus(InputKeeper.PATIENCE)));
        scheduling.start();
        keeping.start();
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        var known = known(request);
        if (known.isPresent()) {
            return ended(known.get(), observer);
        }
        Admission admission;
        try {
            admission = Admission.of(request, stores.blobs(), stores.pins());
        } catch (SteadingException e) {
            return ended(new Outcome.NotRun(e.failure()), observer);
        }
        return submit(request, admission, observer);
    }

    private Optional<Outcome> known(ExecutionRequest request) {
        Optional<Outcome> late;
        synchronized (this) {
            late = work.takeLate(request.action().toString());
        }
        if (late.isPresent() || request.skipCache()) {
            return late;
        }
        return stores.cache().find(request.action()).map(result -> new Outcome.Completed(result, true, List.of()));
    }

    private synchronized Execution ended(Outcome outcome, ExecutionObserver observer) {
        var stake = new Stake(this, new WaiterId(++lastWaiter), observer);
        stake.complete(outcome);
        return stake;
    }

    private synchronized Execution submit(ExecutionRequest request, Admission admission, ExecutionObserver observer) {
        // Once more, for it may have ended since.
        var late = closed ? Optional.of(STOPPED) : work.takeLate(admission.job().key());
        if (late.isPresent()) {
            admission.pin().close();
            return ended(late.get(), observer);
        }
        var stake = new Stake(this, new WaiterId(++lastWaiter), observer);
        work.add(new Pending(stake, request, admission));
        apply(new Event.Submitted(stake.id(), admission.job()));
        return stake;
    }

    synchronized void withdraw(WaiterId waiter, String by) {
        if (closed) {
            return;
        }
        apply(new Event.Withdrawn(waiter, by));
        work.remove(waiter).ifPresent(left -> left.stake().complete(new Outcome.Cancelled(by)));
    }

    boolean follow(WaiterId waiter, ExecutionObserver observer) {
        Optional<LiveLog> log;
        synchronized (this) {
            log = work.awaited(waiter).flatMap(LiveExecution::attempt).map(Attempt::log);
        }
        return log.isPresent() && log.get().follow(observer);
    }

    synchronized List<String> why(WaiterId waiter) {
        return work.awaited(waiter)
                .flatMap(execution -> scheduler.why(execution.id()))
                .map(text -> text.lines().toList())
                .orElse(List.of());
    }

    /// Says that this farm goes on where an earlier one was cut short, before anything else happens.
    ///
    /// @param expected the workers that may come back with what they were given
    public synchronized void restarted(Set<WorkerId> expected) {
        apply(new Event.Restarted(expected));
    }

    /// Notes a new connection of a worker, before anything that comes over it is passed on. A worker that never
    /// had one is known by what it says alone.
    ///
    /// @param connection a number that no other connection of the worker has or had
    public synchronized void connected(WorkerId worker, long connection) {
        connections.add(worker, connection);
    }

    /// Notes that a connection has ended. If the worker has no other, nor gets one within the time of
    /// reconnection, then what it runs is lost. To say so twice changes nothing.
    public synchronized void disconnected(WorkerId worker, long connection) {
        connections.remove(worker, connection, clock.instant());
        setAlarm();
    }

    @Override
    public synchronized Duration announce(WorkerId worker, Offer offer) {
        requireOpen();
        var before = mailboxes.close(worker);
        for (var i = 0; i < before.waiting(); i++) {
            apply(new Event.PollEnded(worker));
        }
        mailboxes.open(worker);
        work.park(worker, offer.held());
        var held = new HashMap<>(offer.held());
        held.putAll(keepOrGiveBack(worker, offer.slots(), before.unfetched()));
        var gone = gone(apply(new Event.WorkerAnnounced(worker, offer.holding(held))));
        work.unpark(worker, gone::contains);
        return scheduler.limits().leaseTtl();
    }

    /// What nobody fetched is not lost: a slot of the worker will, unless it takes no more.
    ///
    /// @return what is kept, as the worker would say that it holds it
    @GuardedBy("this")
    private Map<LeaseId, String> keepOrGiveBack(WorkerId worker, int slots, List<Lease> unfetched) {
        var kept = new HashMap<LeaseId, String>();
        for (var lease : unfetched) {
            if (slots == 0) {
                giveBack(lease);
            } else if (work.find(lease.id()).isPresent()) {
                mailbox(worker).inherit(lease);
                kept.put(lease.id(), lease.action().toString());
            }
        }
        return kept;
    }

    @Override
    public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
        Mailbox mailbox;
        synchronized (this) {
            mailbox = mailbox(worker);
            var unfetched = mailbox.collect();
            if (unfetched.isPresent()) {
                return unfetched;
            }
            mailbox.enter();
            apply(new Event.Polled(worker));
        }
        try {
            var lease = mailbox.await(patience);
            return lease.isPresent() ? lease : leave(worker, mailbox);
        } catch (InterruptedException e) {
            leaveForGood(worker, mailbox);
            throw e;
        }
    }

    private synchronized Optional<Lease> leave(WorkerId worker, Mailbox mailbox) {
        var late = mailbox.leave();
        if (late.isEmpty() && !mailbox.isClosed()) {
            apply(new Event.PollEnded(worker));
        }
        return late;
    }

    private synchronized void leaveForGood(WorkerId worker, Mailbox mailbox) {
        var late = leave(worker, mailbox);
        if (late.isPresent()) {
            giveBack(late.get());
        }
    }

    @GuardedBy("this")
    private void giveBack(Lease lease) {
        if (work.find(lease.id()).isPresent()) {
            apply(new Event.Finished(
                    lease.id(), new Ending.Failed(Fault.WORKER_SHUTDOWN, "The worker takes no more work")));
        }
    }

    @Override
    public synchronized Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
        var _ = mailbox(worker);
        var gone = gone(apply(new Event.Renewed(worker, held)));
        work.unpark(worker, gone::contains);
        gone.addAll(work.unknownOf(held));
        return gone;
    }

    private static Set<LeaseId> gone(List<Decision> decisions) {
        return decisions.stream()
                .flatMap(decision -> decision instanceof Decision.Gone(var lease) ? Stream.of(lease) : Stream.empty())
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Override
    public long append(LeaseId lease, long offset, byte[] log) {
        return find(lease).log().append(offset, log);
    }

    @Override
    public void finish(LeaseId lease, Outcome outcome) {
        var attempt = find(lease);
        var ending = inspector.judge(attempt.worker(), outcome);
        if (ending instanceof Ending.Done
                && outcome instanceof Outcome.Completed completed
                && completed.result().getExitCode() == 0
                && isCacheable(attempt)) {
            // Before anybody hears of the end: whoever asks again from then on finds the result.
            stores.cache().put(Digest.parse(attempt.key()), completed.result());
        }
        synchronized (this) {
            find(lease).end(outcome, ending);
            apply(new Event.Finished(lease, ending));
            work.unpark(attempt.worker(), lease::equals);
        }
    }

    private boolean isCacheable(Attempt attempt) {
        Optional<LiveExecution> execution;
        synchronized (this) {
            execution = attempt.execution();
        }
        if (execution.isPresent()) {
            return execution.get().cacheable();
        }
        try {
            return !Admission.read(Digest.parse(attempt.key()), stores.blobs()).getDoNotCache();
        } catch (SteadingException | IllegalArgumentException _) {
            // Nobody could ask for such an action.
            return false;
        }
    }

    private synchronized Attempt find(LeaseId lease) {
        requireOpen();
        var attempt = work.find(lease);
        if (attempt.isPresent()) {
            return attempt.get();
        }
        if (work.isEarlier(lease) && clock.instant().isBefore(returnLimit)) {
            var message = "Lease `%s` is not known yet: its worker must announce itself first".formatted(lease);
            throw new SteadingException(new Failure.Unavailable(message));
        }
        throw SteadingException.notFound("Lease `%s` was taken back", lease);
    }

    @GuardedBy("this")
    private Mailbox mailbox(WorkerId worker) {
        requireOpen();
        return mailboxes
                .find(worker)
                .orElseThrow(() -> SteadingException.notFound("Worker `%s` has not announced itself", worker));
    }

    @GuardedBy("this")
    private void requireOpen() {
        if (closed) {
            throw new SteadingException(new Failure.Unavailable("The farm is being stopped"));
        }
    }

    /// Returns what the farm is doing.
    public synchronized Snapshot snapshot() {
        return scheduler.snapshot();
    }

    /// Does what time demands.
    synchronized void tick() {
        if (closed) {
            return;
        }
        for (var worker : connections.takeLost(clock.instant())) {
            mailboxes.close(worker);
            apply(new Event.WorkerLeft(worker));
            work.unpark(worker, _ -> true);
        }
        apply(new Event.Tick());
    }

    private void keepInputs() {
        var now = clock.instant();
        Set<Digest> roots;
        synchronized (this) {
            roots = work.inputsOlderThan(now.minus(InputKeeper.PATIENCE));
        }
        keeper.keep(roots, now);
        keeping.set(Optional.of(now.plus(InputKeeper.PATIENCE)));
    }

    @GuardedBy("this")
    private List<Decision> apply(Event event) {
        var decisions = scheduler.apply(event, clock.instant());
        decisions.forEach(work::carryOut);
        setAlarm();
        return decisions;
    }

    @GuardedBy("this")
    private void setAlarm() {
        scheduling.set(Stream.of(scheduler.nextDue(), connections.nextDue())
                .flatMap(Optional::stream)
                .min(Instant::compareTo));
    }

    /// Stops deciding. Whoever still waits is told that the farm is gone; workers are not, so that they go on and
    /// come back to the farm that follows.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            mailboxes.closeAll();
            work.endAll(STOPPED);
        }
        scheduling.close();
        keeping.close();
    }
}
