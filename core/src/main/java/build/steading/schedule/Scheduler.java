// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.schedule.Execution.Waiter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Decides which worker runs which action when: merges equal actions, queues, matches, grants leases, takes back
/// those that lapse, and tries again what the farm failed at. `docs/states.md` draws the states.
///
/// A pure state machine: it does nothing but decide, and knows no time but what it is told. Not thread-safe:
/// whoever owns it guards it.
public final class Scheduler {
    private final Limits limits;
    private final FitTable fits = new FitTable();
    private final FairShare shares = new FairShare();
    private final Roster roster = new Roster();
    private final WorkQueue queue;
    private final LeaseBook leases;
    private final Map<ExecutionId, Execution> executions = new HashMap<>();
    private final Map<String, Execution> mergeable = new HashMap<>();
    private final Map<WaiterId, Waiter> waiters = new HashMap<>();
    private long nextId;
    private long now = Long.MIN_VALUE;
    private List<Decision> decisions = new ArrayList<>();

    /// @param firstId where the ids of leases and executions begin: above all that were ever given out, also by
    ///     earlier schedulers of the same farm
    public Scheduler(Limits limits, long firstId) {
        this.limits = limits;
        this.nextId = firstId;
        this.queue = new WorkQueue(shares, limits);
        this.leases = new LeaseBook(limits.leaseTtl());
    }

    public Limits limits() {
        return limits;
    }

    /// Takes in what happened, and what the passing of time brought about before it.
    ///
    /// @param at when it happened; a time before that of the last event counts as that one
    /// @return what is to be done about it, in this order
    /// @throws IllegalArgumentException if a new waiter has the id of another one; nothing changed then
    public List<Decision> apply(Event event, Instant at) {
        if (event instanceof Event.Submitted submitted && waiters.containsKey(submitted.waiter())) {
            throw new IllegalArgumentException("Waiter `%s` waits already".formatted(submitted.waiter()));
        }
        decisions = new ArrayList<>(4);
        now = Math.max(now, Nanos.of(at));
        takeBackLapsed();
        offerReleased();
        switch (event) {
            case Event.Submitted(var waiter, var job) -> submit(waiter, job);
            case Event.Withdrawn(var waiter, var by) -> withdraw(waiter, by);
            case Event.WorkerAnnounced announced -> announce(announced);
            case Event.WorkerLeft(var worker) -> leave(worker);
            case Event.Polled(var worker) -> poll(worker, 1);
            case Event.PollEnded(var worker) -> poll(worker, -1);
            case Event.Renewed renewed -> renew(renewed);
            case Event.Finished(var lease, var ending) -> finish(lease, ending);
            case Event.Restarted _, Event.Tick _ -> {}
        }
        return List.copyOf(decisions);
    }

    /// Returns when something happens by itself: no [Event.Tick] is needed before. Empty if nothing will.
    public Optional<Instant> nextDue() {
        return Stream.of(leases.nextDeadlineNanos(), queue.nextDueNanos())
                .flatMap(Optional::stream)
                .min(Long::compare)
                .map(Nanos::toInstant);
    }

    /// Returns what a queued execution waits for, for people, one line per cause; empty if it is not queued.
    public Optional<String> why(ExecutionId id) {
        var execution = executions.get(id);
        return execution == null || execution.lease != null ? Optional.empty() : Optional.of(Explanation.of(execution));
    }

    public Snapshot snapshot() {
        return new Snapshot(roster.all().stream().map(Worker::status).toList(), queue.size(), leases.size());
    }

    private void submit(WaiterId id, Job job) {
        var equal = job.mergeable() ? mergeable.get(job.key()) : null;
        if (equal != null) {
            join(id, job, equal);
            return;
        }
        var execution = new Execution(
                new ExecutionId(nextId++), job, fits.enter(job.requirement()), shares.enter(job.tenant()), now);
        executions.put(execution.id, execution);
        if (job.mergeable()) {
            mergeable.put(job.key(), execution);
        }
        addWaiter(id, job, execution);
        decisions.add(new Decision.Accepted(id, execution.id));
        if (!tryNow(execution, true)) {
            queue.add(execution, now);
            decisions.add(new Decision.Queued(execution.id, Explanation.of(execution)));
        }
    }

    private void join(WaiterId id, Job job, Execution execution) {
        addWaiter(id, job, execution);
        decisions.add(new Decision.Joined(id, execution.id, execution.lease != null));
        var priority = Math.min(execution.priority, job.priority());
        var poorer = shares.usedSeconds(job.tenant()) < execution.tenant.usedSeconds;
        move(execution, priority, poorer ? job.tenant() : execution.tenant.name);
    }

    private void addWaiter(WaiterId id, Job job, Execution execution) {
        var waiter = new Waiter(id, execution, job.priority(), job.tenant());
        waiters.put(id, waiter);
        execution.waiters.add(waiter);
    }

    /// Gives a queued execution another place in the queue. A running one keeps its tenant, who pays for it.
    private void move(Execution execution, int priority, String tenant) {
        var moves = priority != execution.priority || !tenant.equals(execution.tenant.name);
        if (!moves || execution.lease != null) {
            execution.priority = priority;
            return;
        }
        queue.remove(execution, now);
        var old = execution.tenant;
        execution.tenant = shares.enter(tenant);
        shares.leave(old).ifPresent(fits::forget);
        execution.priority = priority;
        queue.add(execution, now);
    }

    private void withdraw(WaiterId id, String by) {
        var waiter = waiters.remove(id);
        if (waiter == null) {
            return;
        }
        var execution = waiter.execution();
        execution.waiters.remove(waiter);
        if (execution.waiters.isEmpty()) {
            cancel(execution, id, by);
            return;
        }
        decisions.add(new Decision.Detached(id));
        var stays = execution.waiters.stream().anyMatch(other -> other.tenant().equals(execution.tenant.name));
        move(
                execution,
                execution.waiters.stream().mapToInt(Waiter::priority).min().getAsInt(),
                stays ? execution.tenant.name : execution.waiters.getFirst().tenant());
    }

    private void cancel(Execution execution, WaiterId last, String by) {
        var lease = execution.lease;
        if (lease != null) {
            close(lease);
            decisions.add(new Decision.Revoked(lease.id, lease.worker.id, "Cancelled by " + by));
        }
        end(execution, List.of(last), new Verdict.Cancelled(by));
        if (lease != null) {
            serve(lease.worker);
        }
    }

    private void announce(Event.WorkerAnnounced announced) {
        var worker = enrol(announced);
        var lost = worker.leases.values().stream()
                .filter(lease -> !announced.offer().held().containsKey(lease.id))
                .toList();
        renew(announced.offer().held().keySet(), worker);
        lose(lost, "Worker `" + worker.id + "` came back without it");
        serve(worker);
    }

    private Worker enrol(Event.WorkerAnnounced announced) {
        var workers = fits.classOf(announced.offer().properties());
        var worker = roster.find(announced.worker());
        if (worker == null) {
            worker = new Worker(announced.worker(), workers);
            roster.add(worker);
        } else {
            fits.leave(worker, workers);
            worker.workerClass = workers;
        }
        worker.slots = announced.offer().slots();
        worker.silent = false;
        workers.add(worker);
        return worker;
    }

    private void leave(WorkerId id) {
        var worker = roster.find(id);
        if (worker != null) {
            fits.leave(worker, null);
            roster.remove(worker);
            worker.slots = 0;
            lose(List.copyOf(worker.leases.values()), "Worker `" + id + "` left");
        }
    }

    private void poll(WorkerId id, int slots) {
        var worker = roster.find(id);
        if (worker != null) {
            worker.polls = Math.max(0, worker.polls + slots);
            worker.workerClass.setSilent(worker, worker.silent && slots < 0);
            serve(worker);
        }
    }

    private void renew(Event.Renewed renewed) {
        var worker = roster.find(renewed.worker());
        if (worker == null) {
            renewed.leases().forEach(id -> decisions.add(new Decision.Gone(id)));
            return;
        }
        renew(renewed.leases(), worker);
        worker.workerClass.setSilent(worker, false);
        serve(worker);
    }

    private void renew(Iterable<LeaseId> ids, Worker worker) {
        for (var id : ids) {
            var lease = worker.leases.get(id);
            if (lease == null) {
                decisions.add(new Decision.Gone(id));
            } else {
                leases.renew(lease, now);
                shares.proceed(lease, now);
            }
        }
    }

    private void finish(LeaseId id, Ending ending) {
        var lease = leases.find(id);
        if (lease == null) {
            decisions.add(new Decision.Gone(id));
            return;
        }
        close(lease);
        var execution = lease.execution;
        switch (ending) {
            case Ending.Done _ -> end(execution, execution.waiterIds(), new Verdict.Done());
            case Ending.Failed(var _, var reason) ->
                retry(execution, new FailedAttempt(lease.worker.id, false, reason));
            case Ending.Refused(var reason, var _) ->
                retry(execution, new FailedAttempt(lease.worker.id, false, reason));
        }
        lease.worker.workerClass.setSilent(lease.worker, false);
        serve(lease.worker);
    }

    private void takeBackLapsed() {
        var lapsed = leases.lapsed(now);
        if (lapsed.isEmpty()) {
            return;
        }
        // All of them are silent before any of them could get something new.
        for (var lease : lapsed) {
            lease.worker.workerClass.setSilent(lease.worker, true);
            roster.index(lease.worker);
        }
        for (var lease : lapsed) {
            lose(List.of(lease), "Worker `" + lease.worker.id + "` went silent");
        }
    }

    private void offerReleased() {
        for (var execution = queue.releaseDue(now); execution != null; execution = queue.releaseDue(now)) {
            tryNow(execution, false);
        }
    }

    private void lose(List<ActiveLease> lost, String reason) {
        lost.forEach(this::close);
        for (var lease : lost) {
            decisions.add(new Decision.Revoked(lease.id, lease.worker.id, reason));
            retry(lease.execution, new FailedAttempt(lease.worker.id, true, reason));
        }
    }

    private void retry(Execution execution, FailedAttempt attempt) {
        execution.failed.add(attempt);
        var verdict = limits.verdict(execution.failed);
        if (verdict.isPresent()) {
            end(execution, execution.waiterIds(), verdict.get());
            return;
        }
        decisions.add(new Decision.Requeued(execution.id, attempt.reason(), execution.failed.size() + 1));
        queue.hold(execution, null, now);
        if (!tryNow(execution, false)) {
            queue.add(execution, now);
        }
    }

    /// Gives the execution to an idle worker; returns false if it must wait.
    ///
    /// @param mayReserve whether it may wait for a busy worker that holds inputs
    private boolean tryNow(Execution execution, boolean mayReserve) {
        var idle = roster.idleFor(execution);
        var better = mayReserve && (idle == null || !idle.holdsAnyOf(execution.job.affinity()))
                ? roster.busyHolder(execution)
                : null;
        if (better != null) {
            queue.hold(execution, better, now);
            idle = roster.idleFor(execution);
        }
        if (idle == null) {
            return false;
        }
        assign(execution, idle);
        return true;
    }

    /// Gives the worker what it asked for, as far as there is something.
    private void serve(Worker worker) {
        while (worker.available()) {
            var execution = queue.next(worker);
            if (execution == null) {
                break;
            }
            assign(execution, worker);
        }
        roster.index(worker);
    }

    private void assign(Execution execution, Worker worker) {
        queue.remove(execution, now);
        queue.release(execution);
        var lease = new ActiveLease(new LeaseId(nextId++), execution, worker, now);
        execution.lease = lease;
        worker.leases.put(lease.id, lease);
        worker.polls--;
        leases.renew(lease, now);
        shares.start(lease);
        roster.learn(worker, execution);
        roster.index(worker);
        decisions.add(new Decision.Assigned(lease.id, execution.id, worker.id));
    }

    /// Makes a lease void. What becomes of its execution is for the caller to say.
    private void close(ActiveLease lease) {
        leases.remove(lease);
        lease.worker.leases.remove(lease.id);
        lease.execution.lease = null;
        shares.end(lease, now);
    }

    private void end(Execution execution, List<WaiterId> told, Verdict verdict) {
        queue.remove(execution, now);
        queue.release(execution);
        executions.remove(execution.id);
        mergeable.remove(execution.job.key(), execution);
        execution.waiters.forEach(waiter -> waiters.remove(waiter.id()));
        fits.leave(execution.requirement);
        shares.leave(execution.tenant).ifPresent(fits::forget);
        decisions.add(new Decision.Ended(execution.id, told, verdict));
    }
}
