// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// Brings executions and workers together: holds all there is of either, grants leases and ends them.
final class Dispatcher {
    final Limits limits;
    final Stranded stranded;
    final FitTable fits;
    final FairShare shares = new FairShare();
    final Roster roster = new Roster();
    final Executions executions = new Executions();
    final Infirmary infirmary = new Infirmary(roster);
    final Refusals refusals = new Refusals();
    final WorkQueue queue;
    final LeaseBook leases;
    final ParkedLeases parked;
    final RestartWait restart;

    /// Workers for which there may be something that nobody has looked at yet.
    private final SequencedSet<Worker> unfinished = new LinkedHashSet<>();

    private List<Decision> decisions = new ArrayList<>();
    private long now = Long.MIN_VALUE;
    private long nextId;

    Dispatcher(Limits limits, long firstId) {
        this.limits = limits;
        this.nextId = firstId;
        this.stranded = new Stranded(limits.unsupportedAfter());
        this.fits = new FitTable(stranded);
        this.queue = new WorkQueue(shares, stranded, limits);
        this.leases = new LeaseBook(limits.leaseTtl());
        this.parked = new ParkedLeases(firstId, limits.reattach());
        this.restart = new RestartWait(limits.restartPatience());
    }

    /// Says what time it is, if it is later than was said before. What is decided from now on is answered to one
    /// event.
    void begin(long time) {
        decisions = new ArrayList<>(4);
        now = Math.max(now, time);
        stranded.pass(now);
    }

    long now() {
        return now;
    }

    void decide(Decision decision) {
        decisions.add(decision);
    }

    /// Returns what was decided, in order.
    List<Decision> decisions() {
        return List.copyOf(decisions);
    }

    /// Makes an execution, which neither waits nor runs yet.
    Execution enter(Job job) {
        var execution = new Execution(new ExecutionId(nextId++), job, fits.enter(job), shares.enter(job.tenant()), now);
        executions.add(execution);
        return execution;
    }

    /// Returns an idle worker for the execution; null if it must wait.
    ///
    /// @param mayReserve whether it may wait for a busy worker that holds inputs
    @Nullable
    Worker choose(Execution execution, boolean mayReserve) {
        if (restart.goesOn()) {
            return null;
        }
        var idle = roster.idleFor(execution);
        var better = mayReserve && (idle == null || !idle.holdsAnyOf(execution.job.affinity()))
                ? roster.busyHolder(execution)
                : null;
        if (better != null) {
            queue.hold(execution, better, now);
            idle = roster.idleFor(execution);
        }
        return idle;
    }

    /// Gives an execution to an idle worker, or queues it.
    void offer(Execution execution) {
        var idle = choose(execution, false);
        if (idle != null) {
            assign(execution, idle);
        } else if (execution.lane == null) {
            queue.add(execution, now);
        }
    }

    /// Gives the worker what it asked for, as far as there is something.
    void serve(Worker worker) {
        while (worker.available() && !restart.goesOn()) {
            var execution = queue.next(worker);
            if (execution == null) {
                break;
            }
            assign(execution, worker);
        }
        if (worker.unfinished) {
            unfinished.addLast(worker);
        }
        roster.index(worker);
    }

    void serveAll() {
        roster.all().forEach(this::serve);
    }

    /// Looks further for one of the workers that were not done with.
    void serveUnfinished() {
        if (!unfinished.isEmpty()) {
            var worker = unfinished.removeFirst();
            worker.unfinished = false;
            serve(worker);
        }
    }

    boolean isUnfinished() {
        return !unfinished.isEmpty();
    }

    void assign(Execution execution, Worker worker) {
        var lease = new ActiveLease(new LeaseId(nextId++), execution.job.key(), worker, now);
        worker.leases.put(lease.id, lease);
        worker.polls--;
        worker.health.granted(lease);
        leases.renew(lease, now);
        run(execution, lease);
        roster.index(worker);
        decide(new Decision.Assigned(lease.id, execution.id, worker.id));
    }

    /// Makes a parked lease one of this execution.
    void adopt(ActiveLease lease, Execution execution) {
        run(execution, lease);
        decide(new Decision.Adopted(lease.id, execution.id, lease.worker.id));
    }

    private void run(Execution execution, ActiveLease lease) {
        queue.remove(execution, now);
        queue.release(execution);
        execution.lease = lease;
        lease.execution = execution;
        shares.start(lease, execution.tenant);
        roster.learn(lease.worker, execution);
    }

    /// Extends a lease to its full time from now.
    void renew(ActiveLease lease) {
        leases.renew(lease, now);
        var execution = lease.execution;
        if (execution != null) {
            shares.proceed(lease, execution.tenant, now);
        }
    }

    /// Makes a lease void. What becomes of its execution is for the caller to say.
    void close(ActiveLease lease) {
        leases.remove(lease);
        parked.close(lease);
        lease.worker.leases.remove(lease.id);
        lease.worker.health.closed(lease);
        var execution = lease.execution;
        if (execution != null) {
            execution.lease = null;
            shares.end(lease, execution.tenant, now);
        }
    }

    void end(Execution execution, List<WaiterId> told, Verdict verdict) {
        discard(execution);
        decide(new Decision.Ended(execution.id, told, verdict));
    }

    /// Forgets an execution.
    void discard(Execution execution) {
        queue.remove(execution, now);
        queue.release(execution);
        executions.remove(execution);
        refusals.forget(execution);
        infirmary.forget(execution);
        fits.leave(execution.requirement);
        leave(execution.tenant);
    }

    void leave(Tenant tenant) {
        shares.leave(tenant).ifPresent(fits::forget);
    }
}
