// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.NaiveFarm.require;

import build.steading.schedule.NaiveFarm.Holding;
import build.steading.schedule.NaiveFarm.Machine;
import build.steading.schedule.NaiveFarm.Run;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/// What one event must lead to, and nothing else: objects to decisions that are wrong, and to those that are
/// missing.
final class Expectation {
    private final NaiveFarm farm;
    private final Instant now;
    private final Set<LeaseId> lost;
    private final Set<LeaseId> gone = new HashSet<>();
    private WaiterId submitted;
    private Job job;
    private WaiterId withdrawn;
    private ExecutionId done;
    private final Set<ExecutionId> failed = new HashSet<>();
    private ExecutionId cancelled;

    private Expectation(NaiveFarm farm, Set<LeaseId> due) {
        this.farm = farm;
        this.now = farm.now;
        this.lost = new HashSet<>(due);
    }

    /// Brings an event into the model, and says what must follow.
    ///
    /// @param due leases whose time is up
    static Expectation of(Event event, NaiveFarm farm, Set<LeaseId> due) {
        var expected = new Expectation(farm, due);
        switch (event) {
            case Event.Submitted(var waiter, var job) -> expected.submitted(waiter, job);
            case Event.Withdrawn withdrawn -> expected.withdrawn(withdrawn.waiter());
            case Event.WorkerAnnounced announced -> expected.announced(announced);
            case Event.WorkerLeft(var worker) -> {
                expected.lost.addAll(farm.held(worker));
                farm.workers.remove(worker);
            }
            case Event.Polled(var worker) -> {
                var machine = farm.workers.get(worker);
                if (machine != null) {
                    machine.polls++;
                    machine.silent = false;
                }
            }
            case Event.PollEnded(var worker) -> {
                var machine = farm.workers.get(worker);
                if (machine != null) {
                    machine.polls = Math.max(0, machine.polls - 1);
                }
            }
            case Event.Renewed(var worker, var leases) -> {
                var machine = farm.workers.get(worker);
                if (machine != null) {
                    machine.silent = false;
                }
                expected.renewed(worker, leases);
            }
            case Event.Finished(var lease, var ending) -> expected.finished(lease, ending);
            case Event.Restarted _, Event.Tick _ -> {}
        }
        return expected;
    }

    private void submitted(WaiterId waiter, Job submittedJob) {
        submitted = waiter;
        job = submittedJob;
    }

    private void announced(Event.WorkerAnnounced announced) {
        var machine = farm.workers.computeIfAbsent(announced.worker(), _ -> new Machine());
        machine.properties = announced.offer().properties();
        machine.slots = announced.offer().slots();
        machine.silent = false;
        farm.held(announced.worker()).stream()
                .filter(id -> !announced.offer().held().keySet().contains(id))
                .forEach(lost::add);
        renewed(announced.worker(), announced.offer().held().keySet());
    }

    private void withdrawn(WaiterId waiter) {
        withdrawn = farm.waiting.containsKey(waiter) ? waiter : null;
    }

    private void renewed(WorkerId worker, Set<LeaseId> leases) {
        for (var id : leases) {
            var lease = farm.live.get(id);
            if (lease == null || lost.contains(id) || !lease.worker.equals(worker)) {
                gone.add(id);
            } else {
                lease.deadline = now.plus(farm.limits.leaseTtl());
            }
        }
    }

    private void finished(LeaseId id, Ending ending) {
        var lease = farm.live.get(id);
        if (lease == null || lost.contains(id)) {
            gone.add(id);
            return;
        }
        var run = farm.runs.get(lease.execution);
        farm.live.remove(id);
        run.lease = null;
        farm.workers.get(lease.worker).silent = false;
        if (ending instanceof Ending.Done) {
            done = lease.execution;
        } else {
            failed.add(lease.execution);
            run.failedOn.add(lease.worker);
        }
    }

    void check(Decision decision) {
        switch (decision) {
            case Decision.Accepted accepted -> accept(accepted);
            case Decision.Joined joined -> join(joined);
            case Decision.Queued queued ->
                require(farm.runs.get(queued.execution()).lease == null, "%s, but it runs", queued);
            case Decision.Assigned assigned -> assign(assigned);
            case Decision.Requeued requeued -> requeue(requeued);
            case Decision.Revoked revoked -> revoke(revoked);
            case Decision.Adopted _, Decision.Unclaimed _ ->
                throw new AssertionError("No earlier scheduler: " + decision);
            case Decision.Gone(var id) -> require(gone.remove(id), "Lease %s is not gone", id);
            case Decision.Detached(var waiter) -> detach(waiter);
            case Decision.Ended ended -> end(ended);
        }
    }

    private void accept(Decision.Accepted accepted) {
        require(accepted.waiter().equals(submitted), "%s did not submit", accepted.waiter());
        require(accepted.execution().value() > farm.lastId, "%s is not new", accepted.execution());
        require(!job.mergeable() || equal() == null, "%s is not merged", accepted);
        farm.lastId = accepted.execution().value();
        farm.runs.put(accepted.execution(), new Run(job, now));
        enter(accepted.waiter(), accepted.execution());
    }

    private Run equal() {
        return farm.runs.values().stream()
                .filter(run -> run.job.mergeable() && run.job.key().equals(job.key()))
                .findAny()
                .orElse(null);
    }

    private void join(Decision.Joined joined) {
        require(joined.waiter().equals(submitted), "%s did not submit", joined.waiter());
        var run = farm.runs.get(joined.execution());
        require(run != null && job.mergeable() && run == equal(), "%s is another job", joined);
        require(joined.running() == (run.lease != null), "%s is wrong about running", joined);
        enter(joined.waiter(), joined.execution());
    }

    private void enter(WaiterId waiter, ExecutionId execution) {
        var run = farm.runs.get(execution);
        run.waiters.put(waiter, job);
        run.tenants.add(job.tenant());
        farm.waiting.put(waiter, run);
        submitted = null;
    }

    private void assign(Decision.Assigned assigned) {
        var run = farm.runs.get(assigned.execution());
        var machine = farm.workers.get(assigned.worker());
        require(run != null, "%s has ended", assigned);
        require(run.lease == null, "%s has a live lease already", assigned);
        require(machine != null, "%s is gone", assigned);
        require(farm.held(assigned.worker()).size() < machine.slots, "%s has no free slot", assigned);
        require(machine.polls-- > 0, "%s did not ask", assigned);
        require(!machine.silent, "%s is silent", assigned);
        require(NaiveFarm.fits(run, machine), "%s does not fit", assigned);
        require(assigned.lease().value() > farm.lastId, "%s is not new", assigned.lease());
        farm.checkOrder(run, machine);
        farm.lastId = assigned.lease().value();
        run.lease = new Holding(assigned.execution(), assigned.worker(), now.plus(farm.limits.leaseTtl()));
        farm.live.put(assigned.lease(), run.lease);
    }

    private void requeue(Decision.Requeued requeued) {
        var run = farm.runs.get(requeued.execution());
        require(failed.remove(requeued.execution()), "%s did not fail", requeued);
        require(!farm.spent(run), "%s is beyond its budget", requeued);
        require(requeued.attempt() == run.failedOn.size() + 1, "%s miscounts", requeued);
        run.queued = now;
    }

    private void revoke(Decision.Revoked revoked) {
        var lease = farm.live.remove(revoked.lease());
        require(lease != null && lease.worker.equals(revoked.worker()), "%s is not live", revoked);
        var run = farm.runs.get(lease.execution);
        run.lease = null;
        if (lost.remove(revoked.lease())) {
            run.failedOn.add(lease.worker);
            run.lostOn.add(lease.worker);
            failed.add(lease.execution);
        } else {
            require(withdrawn != null && farm.waiting.get(withdrawn) == run, "%s for no reason", revoked);
            cancelled = lease.execution;
        }
    }

    private void detach(WaiterId waiter) {
        require(waiter.equals(withdrawn), "%s did not withdraw", waiter);
        var run = farm.waiting.remove(waiter);
        run.waiters.remove(waiter);
        require(!run.waiters.isEmpty(), "%s was the last", waiter);
        require(farm.told.add(waiter), "%s hears twice", waiter);
        withdrawn = null;
    }

    private void end(Decision.Ended ended) {
        var run = farm.runs.remove(ended.execution());
        require(run != null, "%s ends twice", ended);
        require(run.lease == null, "%s has a live lease", ended);
        require(Set.copyOf(ended.waiters()).equals(run.waiters.keySet()), "%s tells others", ended);
        require(ended.waiters().size() == run.waiters.size(), "%s tells somebody twice", ended);
        switch (ended.verdict()) {
            case Verdict.Done _ -> {
                require(ended.execution().equals(done), "%s is not done", ended);
                done = null;
            }
            case Verdict.Cancelled _ -> {
                require(run.waiters.keySet().equals(Set.of(withdrawn)), "%s is wanted", ended);
                require(cancelled == null || cancelled.equals(ended.execution()), "%s is another", ended);
                withdrawn = null;
            }
            case Verdict.GaveUp gaveUp -> {
                require(farm.spent(run), "%s has budget left", ended);
                require(
                        gaveUp.attempts().stream()
                                .map(FailedAttempt::worker)
                                .toList()
                                .equals(run.failedOn),
                        "%s has another history",
                        ended);
                require(failed.remove(ended.execution()), "%s gives up for no reason", ended);
                if (withdrawn != null && run.waiters.containsKey(withdrawn)) {
                    withdrawn = null;
                }
            }
        }
        for (var waiter : ended.waiters()) {
            require(farm.told.add(waiter), "%s hears twice", waiter);
            farm.waiting.remove(waiter);
        }
    }

    void requireAll() {
        require(lost.isEmpty(), "Leases %s are not taken back", lost);
        require(gone.isEmpty(), "Leases %s are not said to be gone", gone);
        require(submitted == null, "%s is not answered", submitted);
        require(withdrawn == null, "%s is not answered", withdrawn);
        require(done == null && failed.isEmpty(), "The end of an attempt is ignored");
    }
}
