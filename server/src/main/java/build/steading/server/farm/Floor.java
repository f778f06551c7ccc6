// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.digest.Digest;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
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
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Where the work is handed out: the scheduler, all that belongs to it, and the one lock that guards them.
///
/// Thread-safe. Observers are told while the lock is held, so that they hear things in order; therefore they must
/// neither block nor call back. Neither store nor cache is touched; of disks, only a log that outgrew memory is
/// read, for somebody who joins late, and deleted.
final class Floor implements AutoCloseable {
    private static final Outcome STOPPED = new Outcome.NotRun(new Failure.Unavailable("Steading is being stopped"));

    private final InstantSource clock;
    private final Duration leaseTtl;
    private final Instant returnLimit;
    private final Offerings offerings;
    private final Alarm alarm;

    private volatile BiConsumer<WorkerId, LeaseId> revoked = (_, _) -> {};

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

    /// @param logs a directory for the output of what runs
    /// @param reconnection how long a worker may be without a connection
    Floor(Scheduler scheduler, Path logs, Duration reconnection, InstantSource clock) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.leaseTtl = scheduler.limits().leaseTtl();
        this.returnLimit = clock.instant().plus(leaseTtl.multipliedBy(4));
        this.offerings = new Offerings(scheduler.limits().unsupportedAfter());
        var boxes = new Mailboxes();
        this.mailboxes = boxes;
        this.work = new LiveWork(logs, clock, boxes::deliver);
        this.connections = new Connections(reconnection);
        this.alarm = new Alarm("farm-ticker", clock, this::tick).start();
    }

    /// Returns how an action ended that an earlier process was asked for, and forgets it.
    synchronized Optional<Outcome> takeLate(Digest action) {
        return work.takeLate(action.toString());
    }

    /// Returns a stake in something that has ended.
    synchronized Stake ended(Outcome outcome, ExecutionObserver observer) {
        var stake = new Stake(this, new WaiterId(++lastWaiter), observer);
        stake.complete(outcome);
        return stake;
    }

    /// Takes over `admission`.
    synchronized Stake submit(ExecutionRequest request, Admission admission, ExecutionObserver observer) {
        // It may have ended since somebody looked last.
        var known = closed
                ? Optional.of(STOPPED)
                : takeLate(request.action()).or(() -> offerings.refusal(admission, clock.instant()));
        if (known.isPresent()) {
            admission.pin().close();
            return ended(known.get(), observer);
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

    /// Returns the output of what the waiter waits for, if that runs.
    synchronized Optional<LiveLog> log(WaiterId waiter) {
        return work.awaited(waiter).flatMap(LiveExecution::attempt).map(Attempt::log);
    }

    synchronized List<String> why(WaiterId waiter) {
        return work.awaited(waiter)
                .map(execution -> scheduler.why(execution.id()))
                .orElse(List.of());
    }

    synchronized void restarted(Set<WorkerId> expected) {
        apply(new Event.Restarted(expected));
    }

    synchronized void connected(WorkerId worker, long connection) {
        connections.add(worker, connection);
        // Nothing is on its way by this one yet.
        work.name(worker, _ -> true);
    }

    synchronized void disconnected(WorkerId worker, long connection) {
        connections.remove(worker, connection, clock.instant());
        setAlarm();
    }

    /// Takes back all that a worker holds.
    synchronized void dismiss(WorkerId worker) {
        if (closed) {
            return;
        }
        var _ = closeMailbox(worker);
        offerings.left(worker, clock.instant());
        apply(new Event.WorkerLeft(worker));
        work.unpark(worker, _ -> true);
    }

    /// @return how long leases last
    synchronized Duration announce(WorkerId worker, Offer offer) {
        requireOpen();
        var unfetched = closeMailbox(worker);
        mailboxes.open(worker);
        work.park(worker, offer.held());
        var held = new HashMap<>(offer.held());
        work.name(worker, held::containsKey);
        held.putAll(keepOrGiveBack(worker, offer.slots() - held.size(), unfetched));
        held.putAll(work.unnamedSince(clock.instant().minus(leaseTtl), worker));
        offerings.came(worker, offer.properties(), clock.instant());
        var gone = gone(apply(new Event.WorkerAnnounced(worker, offer.holding(held))));
        work.unpark(worker, gone::contains);
        return leaseTtl;
    }

    /// @return what was given to slots that had not fetched it
    @GuardedBy("this")
    private List<Lease> closeMailbox(WorkerId worker) {
        mailboxes.find(worker).ifPresent(mailbox -> {
            while (mailbox.waiting() > 0) {
                var _ = endPoll(worker, mailbox);
            }
        });
        return mailboxes.close(worker);
    }

    /// What nobody fetched is not lost: a slot of the worker will, unless it has no slot left for that.
    ///
    /// @return what is kept, as the worker would say that it holds it
    @GuardedBy("this")
    private Map<LeaseId, String> keepOrGiveBack(WorkerId worker, int free, List<Lease> unfetched) {
        var kept = new HashMap<LeaseId, String>();
        for (var lease : unfetched) {
            if (kept.size() >= free) {
                giveBack(lease);
            } else if (work.find(lease.id()).isPresent()) {
                mailbox(worker).inherit(lease);
                kept.put(lease.id(), lease.action().toString());
            }
        }
        return kept;
    }

    /// What a slot finds when it asks for work.
    ///
    /// @param lease what lay there for it. If nothing did, it has entered the mailbox, and is to leave it
    record Entry(Optional<Lease> lease, Mailbox mailbox) {}

    synchronized Entry enter(WorkerId worker) {
        var mailbox = mailbox(worker);
        for (var left = mailbox.collect(); left.isPresent(); left = mailbox.collect()) {
            if (work.find(left.get().id()).isPresent()) {
                return new Entry(left, mailbox);
            }
        }
        mailbox.enter();
        apply(new Event.Polled(worker));
        return new Entry(Optional.empty(), mailbox);
    }

    /// @return what the slot was given in the last moment
    synchronized Optional<Lease> leave(WorkerId worker, Mailbox mailbox) {
        var late = mailbox.late();
        if (late.isPresent() || mailbox.isClosed()) {
            return late;
        }
        var counted = endPoll(worker, mailbox);
        late = mailbox.late();
        if (late.isPresent() && counted) {
            // What was struck off was the place of another one, who waits on.
            mailbox.enter();
            apply(new Event.Polled(worker));
        }
        return late;
    }

    /// Time passes with the event, which may bring something for those who wait: they count until then.
    ///
    /// @return false if nobody is left who was given nothing
    @GuardedBy("this")
    private boolean endPoll(WorkerId worker, Mailbox mailbox) {
        apply(new Event.PollEnded(worker));
        return mailbox.discount();
    }

    /// Returns a lease that nobody has begun to work on.
    synchronized void giveBack(Lease lease) {
        if (work.find(lease.id()).isPresent()) {
            var reason = "The worker takes no more work";
            apply(new Event.Finished(lease.id(), new Ending.Failed(Fault.WORKER_SHUTDOWN, reason)));
        }
    }

    /// @return those of `held` that were taken back
    synchronized Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
        var _ = mailbox(worker);
        work.name(worker, held::contains);
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

    /// @throws SteadingException with `NotFound` if the lease was taken back, `Unavailable` if it may become
    ///     known
    synchronized Attempt find(LeaseId lease) {
        requireOpen();
        var attempt = work.find(lease);
        if (attempt.isPresent()) {
            return attempt.get();
        }
        if (work.isEarlier(lease) && clock.instant().isBefore(returnLimit)) {
            var message = "Lease `%s` is not known yet: its worker must announce itself first".formatted(lease);
            throw new SteadingException(new Failure.Unavailable(message));
        }
        throw takenBack(lease);
    }

    private static SteadingException takenBack(LeaseId lease) {
        return SteadingException.notFound("Lease `%s` was taken back", lease);
    }

    /// Returns the execution of an attempt; empty if it is parked.
    synchronized Optional<LiveExecution> execution(Attempt attempt) {
        return attempt.execution();
    }

    /// @throws SteadingException as [#find]
    synchronized void finish(LeaseId lease, Outcome outcome, Ending ending) {
        var attempt = find(lease);
        attempt.end(outcome, ending);
        var gone = gone(apply(new Event.Finished(lease, ending)));
        work.unpark(attempt.worker(), lease::equals);
        if (gone.contains(lease)) {
            throw takenBack(lease);
        }
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

    synchronized Snapshot snapshot() {
        return scheduler.snapshot();
    }

    /// Returns where the books contradict each other, for tests: nowhere, at any time.
    synchronized List<String> audit() {
        return Audit.of(scheduler.snapshot(), mailboxes, work);
    }

    /// Returns the input roots of all that was first asked for before `time`.
    synchronized Set<Digest> inputsOlderThan(Instant time) {
        return work.inputsOlderThan(time);
    }

    /// Does what time demands.
    synchronized void tick() {
        if (closed) {
            return;
        }
        for (var worker : connections.takeLost(clock.instant())) {
            dismiss(worker);
        }
        apply(new Event.Tick());
        if (offerings.takeSettled(clock.instant())) {
            work.queued().forEach(this::judgeAnew);
        }
    }

    @GuardedBy("this")
    private void judgeAnew(Pending pending) {
        offerings.refusal(pending.admission(), clock.instant()).ifPresent(outcome -> {
            pending.stake().complete(outcome);
            withdraw(pending.stake().id(), "the farm");
        });
    }

    @GuardedBy("this")
    private List<Decision> apply(Event event) {
        var decisions = scheduler.apply(event, clock.instant());
        decisions.forEach(work::carryOut);
        setAlarm();
        tellRevoked(decisions);
        return decisions;
    }

    /// Workers learn of it at their next renewal as well: nobody waits for them here.
    @GuardedBy("this")
    private void tellRevoked(List<Decision> decisions) {
        for (var decision : decisions) {
            if (decision instanceof Decision.Revoked(var lease, var worker, var _)) {
                Thread.ofVirtual().name("revoked").start(() -> revoked.accept(worker, lease));
            }
        }
    }

    /// Has `listener` told of each lease that is taken back, on threads of its own.
    void onRevoked(BiConsumer<WorkerId, LeaseId> listener) {
        revoked = listener;
    }

    @GuardedBy("this")
    private void setAlarm() {
        alarm.set(Stream.of(scheduler.nextDue(), connections.nextDue(), offerings.nextDue())
                .flatMap(Optional::stream)
                .min(Instant::compareTo));
    }

    /// Stops deciding: whoever still waits is told, and workers are not answered any more.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            mailboxes.closeAll();
            work.endAll(STOPPED);
        }
        alarm.close();
    }
}
