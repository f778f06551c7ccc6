// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.schedule.Execution.Waiter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Decides which worker runs which action when: merges equal actions, queues, matches, grants leases, takes back
/// those that lapse, and tries again what the farm failed at. `docs/states.md` draws the states.
///
/// A pure state machine: it does nothing but decide, and knows no time but what it is told. Not thread-safe:
/// whoever owns it guards it.
public final class Scheduler {
    private final Dispatcher dispatcher;
    private final Retries retries;
    private final Attendance attendance;

    /// @param firstId where the ids of leases and executions begin: above all that were ever given out, also by
    ///     earlier schedulers of the same farm
    public Scheduler(Limits limits, long firstId) {
        this.dispatcher = new Dispatcher(limits, firstId);
        this.retries = new Retries(dispatcher);
        this.attendance = new Attendance(dispatcher, retries);
    }

    public Limits limits() {
        return dispatcher.limits;
    }

    /// Takes in what happened, and what the passing of time brought about before it.
    ///
    /// @param at when it happened; a time before that of the last event counts as that one
    /// @return what is to be done about it, in this order
    /// @throws IllegalArgumentException if a new waiter has the id of another one; nothing changed then
    public List<Decision> apply(Event event, Instant at) {
        if (event instanceof Event.Submitted(var waiter, var _) && dispatcher.executions.find(waiter) != null) {
            throw new IllegalArgumentException("Waiter `%s` waits already".formatted(waiter));
        }
        dispatcher.begin(Nanos.of(at));
        passTime();
        switch (event) {
            case Event.Submitted(var waiter, var job) -> submit(waiter, job);
            case Event.Withdrawn(var waiter, var by) -> withdraw(waiter, by);
            case Event.WorkerAnnounced(var worker, var offer) -> attendance.announce(worker, offer);
            case Event.Restarted(var expected) -> attendance.restart(expected);
            case Event.WorkerLeft(var worker) -> attendance.leave(worker);
            case Event.Polled(var worker) -> attendance.poll(worker, 1);
            case Event.PollEnded(var worker) -> attendance.poll(worker, -1);
            case Event.Renewed(var worker, var leases) -> attendance.renew(worker, leases);
            case Event.Finished(var lease, var ending) -> finish(lease, ending);
            case Event.Tick() -> {}
        }
        return dispatcher.decisions();
    }

    /// Returns when something happens by itself: no [Event.Tick] is needed before. Empty if nothing will.
    public Optional<Instant> nextDue() {
        if (dispatcher.isUnfinished()) {
            return Optional.of(Nanos.toInstant(dispatcher.now()));
        }
        return Stream.of(
                        dispatcher.leases.nextDeadlineNanos(),
                        dispatcher.parked.nextDueNanos(),
                        dispatcher.infirmary.nextDueNanos(),
                        dispatcher.refusals.nextDueNanos(),
                        dispatcher.queue.nextDueNanos(),
                        dispatcher.restart.nextDueNanos(),
                        dispatcher.stranded.nextDueNanos())
                .flatMap(Optional::stream)
                .min(Long::compare)
                .map(Nanos::toInstant);
    }

    /// Returns what a queued execution waits for, for people, one line per cause; empty if it is not queued.
    public List<String> why(ExecutionId id) {
        var execution = dispatcher.executions.find(id);
        return execution == null || execution.lease != null ? List.of() : Explanation.of(execution, dispatcher);
    }

    public Snapshot snapshot() {
        var parked = dispatcher.parked.size();
        return new Snapshot(
                dispatcher.roster.all().stream()
                        .map(worker -> Snapshot.of(worker, dispatcher.now()))
                        .toList(),
                dispatcher.queue.size(),
                dispatcher.leases.size() - parked,
                parked);
    }

    private void passTime() {
        var now = dispatcher.now();
        takeBackLapsed();
        for (var lease = dispatcher.parked.due(now); lease != null; lease = dispatcher.parked.due(now)) {
            retries.lose(List.of(lease), "Nobody asked for it again after the restart of the farm");
            dispatcher.serve(lease.worker);
        }
        for (var id : dispatcher.infirmary.releaseDue(now)) {
            var worker = dispatcher.roster.find(id);
            if (worker != null) {
                dispatcher.serve(worker);
            }
        }
        var willing = dispatcher.refusals.releaseDue(now);
        while (willing != null) {
            offerQueued(willing);
            willing = dispatcher.refusals.releaseDue(now);
        }
        retries.wake();
        for (var held = dispatcher.queue.releaseDue(now); held != null; held = dispatcher.queue.releaseDue(now)) {
            offerQueued(held);
        }
        if (dispatcher.restart.endIfDue(now)) {
            dispatcher.serveAll();
        }
        abandonStranded();
        dispatcher.serveUnfinished();
    }

    private void offerQueued(Execution execution) {
        if (execution.lane != null) {
            dispatcher.offer(execution);
        }
    }

    private void takeBackLapsed() {
        var lapsed = dispatcher.leases.lapsed(dispatcher.now());
        if (lapsed.isEmpty()) {
            return;
        }
        // All of them are silent before any of them could get something new.
        for (var lease : lapsed) {
            lease.worker.silent = true;
            dispatcher.roster.index(lease.worker);
        }
        for (var lease : lapsed) {
            retries.lose(List.of(lease), "Worker `" + lease.worker.id + "` went silent");
        }
    }

    private void abandonStranded() {
        for (var execution = dispatcher.stranded.due(); execution != null; execution = dispatcher.stranded.due()) {
            var reason = "Gave up because no worker that was connected fits, for %s: %s"
                    .formatted(Times.span(limits().unsupportedAfter().toNanos()), Summary.misfits(execution));
            dispatcher.end(execution, execution.waiterIds(), new Verdict.NobodyFits(reason, execution.failed));
        }
    }

    private void submit(WaiterId id, Job job) {
        var equal = dispatcher.executions.equal(job);
        if (equal != null) {
            join(id, job, equal);
            return;
        }
        var execution = dispatcher.enter(job);
        var parked = dispatcher.parked.claim(job.key());
        var worker = parked == null ? dispatcher.choose(execution, true) : null;
        var waits = parked == null && worker == null;
        if (waits && dispatcher.queue.size() >= limits().queued()) {
            dispatcher.discard(execution);
            dispatcher.decide(new Decision.Declined(
                    id, "%d actions wait already; no more are allowed".formatted(limits().queued())));
            return;
        }
        dispatcher.executions.addWaiter(id, job, execution);
        dispatcher.decide(new Decision.Accepted(id, execution.id));
        if (parked != null) {
            dispatcher.adopt(parked, execution);
        } else if (worker != null) {
            dispatcher.assign(execution, worker);
        } else {
            dispatcher.queue.add(execution, dispatcher.now());
            dispatcher.decide(new Decision.Queued(execution.id, Summary.of(execution, dispatcher.restart)));
        }
    }

    private void join(WaiterId id, Job job, Execution execution) {
        dispatcher.executions.addWaiter(id, job, execution);
        dispatcher.decide(new Decision.Joined(id, execution.id, execution.lease != null));
        var priority = Math.min(execution.priority, job.priority());
        var poorer = dispatcher.shares.usedSeconds(job.tenant()) < execution.tenant.usedSeconds();
        move(execution, priority, poorer ? job.tenant() : execution.tenant.name);
    }

    /// Gives a queued execution another place in the queue. A running one keeps its tenant, who pays for it.
    private void move(Execution execution, int priority, TenantName tenant) {
        var moves = priority != execution.priority || !tenant.equals(execution.tenant.name);
        if (!moves || execution.lease != null) {
            execution.priority = priority;
            return;
        }
        var old = execution.tenant;
        dispatcher.queue.move(execution, dispatcher.shares.enter(tenant), priority, dispatcher.now());
        dispatcher.leave(old);
    }

    private void withdraw(WaiterId id, String by) {
        var waiter = dispatcher.executions.find(id);
        if (waiter == null) {
            return;
        }
        dispatcher.executions.removeWaiter(waiter);
        var execution = waiter.execution();
        if (execution.waiters.isEmpty()) {
            cancel(execution, id, by);
            return;
        }
        dispatcher.decide(new Decision.Detached(id));
        var stays = execution.waiters.stream().anyMatch(other -> other.tenant().equals(execution.tenant.name));
        move(
                execution,
                execution.waiters.stream().mapToInt(Waiter::priority).min().getAsInt(),
                stays ? execution.tenant.name : execution.waiters.getFirst().tenant());
    }

    private void cancel(Execution execution, WaiterId last, String by) {
        var lease = execution.lease;
        if (lease != null) {
            dispatcher.close(lease);
            dispatcher.decide(new Decision.Revoked(lease.id, lease.worker.id, "Cancelled by " + by));
        }
        dispatcher.end(execution, List.of(last), new Verdict.Cancelled(by));
        if (lease != null) {
            dispatcher.serve(lease.worker);
        }
    }

    private void finish(LeaseId id, Ending ending) {
        var lease = dispatcher.leases.find(id);
        if (lease == null) {
            dispatcher.decide(new Decision.Gone(id));
            return;
        }
        dispatcher.close(lease);
        var execution = lease.execution;
        if (execution == null) {
            finishParked(lease, ending);
        } else {
            switch (ending) {
                case Ending.Done() -> {
                    dispatcher.infirmary.succeeded(lease, dispatcher.now());
                    dispatcher.end(execution, execution.waiterIds(), new Verdict.Done());
                }
                case Ending.Failed(var fault, var reason) -> retries.fail(lease, execution, fault, reason);
                case Ending.Refused refused -> retries.refuse(lease, execution, refused);
            }
        }
        lease.worker.silent = false;
        dispatcher.serve(lease.worker);
    }

    private void finishParked(ActiveLease lease, Ending ending) {
        switch (ending) {
            case Ending.Done() -> dispatcher.decide(new Decision.Unclaimed(lease.id, lease.key));
            case Ending.Failed(var _, var reason) -> withdrawParked(lease, reason);
            case Ending.Refused(var reason, var _) -> withdrawParked(lease, reason);
        }
    }

    private void withdrawParked(ActiveLease lease, String reason) {
        dispatcher.decide(new Decision.Revoked(
                lease.id, lease.worker.id, "It failed before anybody asked for it again: " + reason));
    }
}
