// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.NaiveFarm.require;

import build.steading.schedule.NaiveState.Holding;
import build.steading.schedule.NaiveState.Machine;
import build.steading.schedule.NaiveState.Parked;
import build.steading.schedule.NaiveState.Run;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What one event must lead to, and nothing else: objects to decisions that are wrong, and to those that are
/// missing.
final class Expectation {
    private final NaiveFarm farm;
    private final Instant now;
    private final Set<LeaseId> lost;
    private final Set<LeaseId> gone = new HashSet<>();
    private final Map<LeaseId, Parked> adopted = new HashMap<>();
    private WaiterId submitted;
    private Job job;
    private WaiterId withdrawn;
    private ExecutionId done;
    private ExecutionId refused;
    private LeaseId unclaimed;
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
                expected.lost.addAll(farm.parkedOn(worker));
                farm.workers.remove(worker);
                farm.missing.remove(worker);
            }
            case Event.Polled(var worker) -> expected.polled(worker, 1);
            case Event.PollEnded(var worker) -> expected.polled(worker, -1);
            case Event.Renewed(var worker, var leases) -> {
                var machine = farm.workers.get(worker);
                if (machine != null) {
                    machine.silent = false;
                }
                leases.forEach(lease -> expected.renewed(worker, lease));
            }
            case Event.Finished(var lease, var ending) -> expected.finished(lease, ending);
            case Event.Restarted(var workers) -> {
                farm.missing.addAll(workers);
                farm.missing.removeAll(farm.workers.keySet());
                farm.missingUntil = farm.now.plus(farm.limits.restartPatience());
            }
            case Event.Tick _ -> {}
        }
        return expected;
    }

    private void submitted(WaiterId waiter, Job submittedJob) {
        submitted = waiter;
        job = submittedJob;
    }

    private void polled(WorkerId worker, int change) {
        var machine = farm.workers.get(worker);
        if (machine != null) {
            machine.polls = Math.max(0, machine.polls + change);
            machine.silent = machine.silent && change < 0;
        }
    }

    private void announced(Event.WorkerAnnounced announced) {
        var worker = announced.worker();
        var offer = announced.offer();
        var machine = farm.workers.computeIfAbsent(worker, _ -> new Machine());
        machine.properties = offer.properties();
        machine.policy = offer.policy();
        machine.slots = offer.slots();
        machine.silent = false;
        farm.missing.remove(worker);
        lost.addAll(farm.held(worker));
        lost.addAll(farm.parkedOn(worker));
        lost.removeAll(offer.held().keySet());
        var queued = farm.runs.values().stream()
                .filter(run -> run.lease == null)
                .collect(Collectors.groupingBy(run -> run.job.key(), Collectors.counting()));
        offer.held().forEach((id, key) -> {
            var known = farm.live.containsKey(id) || farm.parked.containsKey(id);
            if (known || id.value() >= NaiveFarm.FIRST_ID || farm.closed.contains(id)) {
                renewed(worker, id);
            } else if (queued.getOrDefault(key, 0L) > 0) {
                queued.merge(key, -1L, Long::sum);
                adopted.put(id, new Parked(key, worker, now, now.plus(farm.limits.leaseTtl())));
            } else if (farm.isUnderWay(key) || adopted.values().stream().anyMatch(lease -> lease.key.equals(key))) {
                gone.add(id);
            } else {
                farm.parked.put(
                        id,
                        new Parked(key, worker, now.plus(farm.limits.reattach()), now.plus(farm.limits.leaseTtl())));
            }
        });
    }

    private void withdrawn(WaiterId waiter) {
        withdrawn = farm.waiting.containsKey(waiter) ? waiter : null;
    }

    private void renewed(WorkerId worker, LeaseId id) {
        var lease = farm.live.get(id);
        var other = farm.parked.get(id);
        var deadline = now.plus(farm.limits.leaseTtl());
        if (lease != null && !lost.contains(id) && lease.worker.equals(worker)) {
            lease.deadline = deadline;
        } else if (other != null && !lost.contains(id) && other.worker.equals(worker)) {
            other.deadline = deadline;
        } else {
            gone.add(id);
        }
    }

    private void finished(LeaseId id, Ending ending) {
        var lease = farm.live.get(id);
        var parked = farm.parked.get(id);
        if (lost.contains(id) || (lease == null && parked == null)) {
            gone.add(id);
        } else if (lease == null) {
            farm.workers.get(parked.worker).silent = false;
            if (ending instanceof Ending.Done) {
                unclaimed = id;
            } else {
                lost.add(id);
            }
        } else {
            finished(id, lease, farm.runs.get(lease.execution), ending);
        }
    }

    private void finished(LeaseId id, Holding lease, Run run, Ending ending) {
        farm.workers.get(lease.worker).silent = false;
        switch (ending) {
            case Ending.Done() -> {
                done = lease.execution;
                var record = farm.past(lease.worker);
                if (id.equals(record.canary)) {
                    record.sick = false;
                    record.blamed = 0;
                }
            }
            case Ending.Refused(var _, var time) -> {
                refused = lease.execution;
                var until = time.map(wait -> now.plus(wait)).orElse(Instant.MAX);
                run.refusedBy.put(lease.worker, until);
            }
            case Ending.Failed(var fault, var reason) -> {
                failed.add(lease.execution);
                farm.fail(id, run, new FailedAttempt(lease.worker, fault, reason));
            }
        }
        farm.close(id);
        run.lease = null;
    }

    void check(Decision decision) {
        switch (decision) {
            case Decision.Accepted accepted -> accept(accepted);
            case Decision.Declined declined -> decline(declined);
            case Decision.Joined joined -> join(joined);
            case Decision.Queued queued -> {
                require(farm.runs.get(queued.execution()).lease == null, "%s, but it runs", queued);
                require(farm.queued() <= farm.limits.queued(), "%s, but that is too much", queued);
            }
            case Decision.Assigned assigned -> assign(assigned);
            case Decision.Requeued requeued -> requeue(requeued);
            case Decision.Revoked revoked -> revoke(revoked);
            case Decision.Adopted adoption -> adopt(adoption);
            case Decision.Unclaimed(var id, var key) -> {
                require(id.equals(unclaimed), "%s did not end", id);
                require(farm.parked.get(id).key.equals(key), "%s has another key than %s", id, key);
                farm.close(id);
                unclaimed = null;
            }
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
        farm.parked.forEach((id, lease) -> {
            if (lease.key.equals(job.key())) {
                adopted.put(id, lease);
            }
        });
        farm.parked.keySet().removeAll(adopted.keySet());
    }

    private void decline(Decision.Declined declined) {
        require(declined.waiter().equals(submitted), "%s did not submit", declined.waiter());
        require(!job.mergeable() || equal() == null, "%s is not merged", declined);
        require(farm.queued() >= farm.limits.queued(), "%s for no reason", declined);
        require(
                farm.parked.values().stream().noneMatch(lease -> lease.key.equals(job.key())),
                "%s although it runs",
                declined);
        submitted = null;
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
        require(adopted.isEmpty(), "%s before %s", assigned, adopted);
        require(machine != null, "%s is gone", assigned);
        require(farm.hasFreeSlot(assigned.worker()), "%s has no free slot", assigned);
        require(machine.polls-- > 0, "%s did not ask", assigned);
        require(!machine.silent, "%s is silent", assigned);
        require(NaiveFarm.suits(run, machine), "%s does not fit", assigned);
        require(!run.refusedBy.containsKey(assigned.worker()), "%s was refused", assigned);
        require(!now.isBefore(run.notBefore), "%s comes too early", assigned);
        require(farm.missing.isEmpty(), "%s, but some workers are not back", assigned);
        require(assigned.lease().value() > farm.lastId, "%s is not new", assigned.lease());
        var record = farm.past(assigned.worker());
        require(!now.isBefore(record.barredUntil), "%s is in quarantine", assigned);
        require(record.canary == null, "%s has a canary already", assigned);
        record.canary = record.sick ? assigned.lease() : null;
        farm.checkOrder(run, assigned.worker());
        farm.lastId = assigned.lease().value();
        run.lease = new Holding(assigned.execution(), assigned.worker(), now.plus(farm.limits.leaseTtl()));
        farm.live.put(assigned.lease(), run.lease);
    }

    private void adopt(Decision.Adopted adoption) {
        var run = farm.runs.get(adoption.execution());
        var lease = adopted.remove(adoption.lease());
        require(lease != null, "%s is not an earlier one", adoption);
        require(run != null && run.lease == null, "%s does not wait", adoption);
        require(run.job.key().equals(lease.key), "%s is another action", adoption);
        require(lease.worker.equals(adoption.worker()), "%s is on another worker", adoption);
        run.lease = new Holding(adoption.execution(), adoption.worker(), lease.deadline);
        farm.live.put(adoption.lease(), run.lease);
    }

    private void requeue(Decision.Requeued requeued) {
        var run = farm.runs.get(requeued.execution());
        var next = NaiveRules.counted(run.failed) + 1;
        require(requeued.attempt() == next, "%s miscounts", requeued);
        if (Objects.equals(requeued.execution(), refused)) {
            require(requeued.fault().isEmpty() && requeued.notBefore().equals(now), "%s was refused", requeued);
            refused = null;
        } else {
            require(failed.remove(requeued.execution()), "%s did not fail", requeued);
            require(!NaiveRules.spent(run.failed, farm.limits), "%s is beyond its budget", requeued);
            require(
                    requeued.fault().equals(Optional.of(run.failed.getLast().fault())),
                    "%s is wrong about the fault",
                    requeued);
            require(
                    requeued.notBefore().equals(now.plus(NaiveRules.backOff(run.failed))),
                    "%s is wrong about the time",
                    requeued);
        }
        run.notBefore = requeued.notBefore();
        run.queued = now;
    }

    private void revoke(Decision.Revoked revoked) {
        if (farm.parked.containsKey(revoked.lease())) {
            require(lost.remove(revoked.lease()), "%s for no reason", revoked);
            farm.close(revoked.lease());
            return;
        }
        var lease = farm.live.get(revoked.lease());
        require(lease != null && lease.worker.equals(revoked.worker()), "%s is not live", revoked);
        var run = farm.runs.get(lease.execution);
        run.lease = null;
        if (lost.remove(revoked.lease())) {
            farm.fail(revoked.lease(), run, new FailedAttempt(lease.worker, Fault.WORKER_LOST, revoked.reason()));
            failed.add(lease.execution);
        } else {
            require(withdrawn != null && farm.waiting.get(withdrawn) == run, "%s for no reason", revoked);
            cancelled = lease.execution;
        }
        farm.close(revoked.lease());
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
            case Verdict.GaveUp(var _, var attempts) -> {
                require(NaiveRules.spent(run.failed, farm.limits), "%s has budget left", ended);
                require(failed.remove(ended.execution()), "%s gives up for no reason", ended);
                gaveUp(ended, run, attempts);
            }
            case Verdict.NobodyFits(var _, var attempts) -> {
                require(run.unwanted.compareTo(farm.limits.unsupportedAfter()) >= 0, "%s may still fit", ended);
                gaveUp(ended, run, attempts);
            }
        }
        for (var waiter : ended.waiters()) {
            require(farm.told.add(waiter), "%s hears twice", waiter);
            farm.waiting.remove(waiter);
        }
    }

    private void gaveUp(Decision.Ended ended, Run run, List<FailedAttempt> attempts) {
        require(attempts.equals(run.failed), "%s has another history", ended);
        if (withdrawn != null && run.waiters.containsKey(withdrawn)) {
            withdrawn = null;
        }
    }

    void requireAll() {
        require(lost.isEmpty(), "Leases %s are not taken back", lost);
        require(gone.isEmpty(), "Leases %s are not said to be gone", gone);
        require(adopted.isEmpty(), "Leases %s are not adopted", adopted.keySet());
        require(submitted == null, "%s is not answered", submitted);
        require(withdrawn == null, "%s is not answered", withdrawn);
        require(done == null && failed.isEmpty(), "The end of an attempt is ignored");
        require(refused == null && unclaimed == null, "The end of an attempt is ignored");
    }
}
