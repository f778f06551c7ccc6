// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Properties;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a farm must be like, said as naively as possible, to judge the decisions of a [Scheduler] by. It decides
/// nothing itself: it follows the decisions, objects to those that are wrong, and to those that are missing.
final class NaiveFarm {
    private final Limits limits;
    private final Map<WorkerId, Machine> workers = new LinkedHashMap<>();
    private final Map<ExecutionId, Run> runs = new LinkedHashMap<>();
    private final Map<LeaseId, Holding> live = new LinkedHashMap<>();
    private final Map<WaiterId, Run> waiting = new HashMap<>();
    private final Set<WaiterId> told = new HashSet<>();
    private long lastId;
    private Instant now = Instant.MIN;

    private static final class Machine {
        Properties properties;
        int slots;
        int polls;
        boolean silent;
    }

    private static final class Run {
        final Job job;
        final Instant submitted;
        final Map<WaiterId, Job> waiters = new LinkedHashMap<>();
        final Set<String> tenants = new HashSet<>();
        final List<WorkerId> failedOn = new ArrayList<>();
        final Set<WorkerId> lostOn = new HashSet<>();
        Holding lease;
        Instant queued;

        Run(Job job, Instant now) {
            this.job = job;
            this.submitted = now;
            this.queued = now;
        }

        int priority() {
            return waiters.values().stream().mapToInt(Job::priority).min().orElse(job.priority());
        }

        boolean mayBeHeld() {
            return !job.affinity().isEmpty() || !failedOn.isEmpty();
        }
    }

    private static final class Holding {
        final ExecutionId execution;
        final WorkerId worker;
        Instant deadline;

        Holding(ExecutionId execution, WorkerId worker, Instant deadline) {
            this.execution = execution;
            this.worker = worker;
            this.deadline = deadline;
        }
    }

    NaiveFarm(Limits limits) {
        this.limits = limits;
    }

    List<LeaseId> held(WorkerId worker) {
        return live.entrySet().stream()
                .filter(lease -> lease.getValue().worker.equals(worker))
                .map(Map.Entry::getKey)
                .toList();
    }

    boolean waits() {
        return !waiting.isEmpty();
    }

    void check(Event event, Instant at, List<Decision> decisions) {
        now = at.isAfter(now) ? at : now;
        var due = new HashSet<LeaseId>();
        live.forEach((id, lease) -> {
            if (!now.isBefore(lease.deadline)) {
                due.add(id);
                workers.get(lease.worker).silent = true;
            }
        });
        var expected = expect(event, due);
        for (var decision : decisions) {
            expected.check(decision);
        }
        expected.requireAll();
        checkState();
    }

    /// What an event must lead to, in the state before it.
    private Expectation expect(Event event, Set<LeaseId> due) {
        var expected = new Expectation(due);
        switch (event) {
            case Event.Submitted(var waiter, var job) -> expected.submitted(waiter, job);
            case Event.Withdrawn withdrawn -> expected.withdrawn(withdrawn.waiter());
            case Event.WorkerAnnounced announced -> {
                var machine = workers.computeIfAbsent(announced.worker(), _ -> new Machine());
                machine.properties = announced.properties();
                machine.slots = announced.slots();
                machine.silent = false;
                held(announced.worker()).stream()
                        .filter(id -> !announced.held().contains(id))
                        .forEach(expected.lost::add);
                expected.renewed(announced.worker(), announced.held());
            }
            case Event.WorkerLeft(var worker) -> {
                expected.lost.addAll(held(worker));
                workers.remove(worker);
            }
            case Event.Polled(var worker) -> {
                var machine = workers.get(worker);
                if (machine != null) {
                    machine.polls++;
                    machine.silent = false;
                }
            }
            case Event.PollEnded(var worker) -> {
                var machine = workers.get(worker);
                if (machine != null) {
                    machine.polls = Math.max(0, machine.polls - 1);
                }
            }
            case Event.Renewed(var worker, var leases) -> {
                var machine = workers.get(worker);
                if (machine != null) {
                    machine.silent = false;
                }
                expected.renewed(worker, leases);
            }
            case Event.Finished(var lease, var ending) -> expected.finished(lease, ending);
            case Event.Tick _ -> {}
        }
        return expected;
    }

    private final class Expectation {
        final Set<LeaseId> lost;
        final Set<LeaseId> gone = new HashSet<>();
        WaiterId submitted;
        Job job;
        WaiterId withdrawn;
        ExecutionId done;
        final Set<ExecutionId> failed = new HashSet<>();
        ExecutionId cancelled;

        Expectation(Set<LeaseId> due) {
            this.lost = new HashSet<>(due);
        }

        void submitted(WaiterId waiter, Job submittedJob) {
            submitted = waiter;
            job = submittedJob;
        }

        void withdrawn(WaiterId waiter) {
            withdrawn = waiting.containsKey(waiter) ? waiter : null;
        }

        void renewed(WorkerId worker, Set<LeaseId> leases) {
            for (var id : leases) {
                var lease = live.get(id);
                if (lease == null || lost.contains(id) || !lease.worker.equals(worker)) {
                    gone.add(id);
                } else {
                    lease.deadline = now.plus(limits.leaseTtl());
                }
            }
        }

        void finished(LeaseId id, Ending ending) {
            var lease = live.get(id);
            if (lease == null || lost.contains(id)) {
                gone.add(id);
                return;
            }
            var run = runs.get(lease.execution);
            live.remove(id);
            run.lease = null;
            workers.get(lease.worker).silent = false;
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
                    require(runs.get(queued.execution()).lease == null, "%s, but it runs", queued);
                case Decision.Assigned assigned -> assign(assigned);
                case Decision.Requeued requeued -> requeue(requeued);
                case Decision.Revoked revoked -> revoke(revoked);
                case Decision.Gone(var id) -> require(gone.remove(id), "Lease %s is not gone", id);
                case Decision.Detached(var waiter) -> detach(waiter);
                case Decision.Ended ended -> end(ended);
            }
        }

        private void accept(Decision.Accepted accepted) {
            require(accepted.waiter().equals(submitted), "%s did not submit", accepted.waiter());
            require(accepted.execution().value() > lastId, "%s is not new", accepted.execution());
            require(!job.mergeable() || equal() == null, "%s is not merged", accepted);
            lastId = accepted.execution().value();
            runs.put(accepted.execution(), new Run(job, now));
            enter(accepted.waiter(), accepted.execution());
        }

        private Run equal() {
            return runs.values().stream()
                    .filter(run -> run.job.mergeable() && run.job.key().equals(job.key()))
                    .findAny()
                    .orElse(null);
        }

        private void join(Decision.Joined joined) {
            require(joined.waiter().equals(submitted), "%s did not submit", joined.waiter());
            var run = runs.get(joined.execution());
            require(run != null && job.mergeable() && run == equal(), "%s is another job", joined);
            require(joined.running() == (run.lease != null), "%s is wrong about running", joined);
            enter(joined.waiter(), joined.execution());
        }

        private void enter(WaiterId waiter, ExecutionId execution) {
            var run = runs.get(execution);
            run.waiters.put(waiter, job);
            run.tenants.add(job.tenant());
            waiting.put(waiter, run);
            submitted = null;
        }

        private void assign(Decision.Assigned assigned) {
            var run = runs.get(assigned.execution());
            var machine = workers.get(assigned.worker());
            require(run != null, "%s has ended", assigned);
            require(run.lease == null, "%s has a live lease already", assigned);
            require(machine != null, "%s is gone", assigned);
            require(held(assigned.worker()).size() < machine.slots, "%s has no free slot", assigned);
            require(machine.polls-- > 0, "%s did not ask", assigned);
            require(!machine.silent, "%s is silent", assigned);
            require(fits(run, machine), "%s does not fit", assigned);
            require(assigned.lease().value() > lastId, "%s is not new", assigned.lease());
            checkOrder(run, machine);
            lastId = assigned.lease().value();
            run.lease = new Holding(assigned.execution(), assigned.worker(), now.plus(limits.leaseTtl()));
            live.put(assigned.lease(), run.lease);
        }

        private void requeue(Decision.Requeued requeued) {
            var run = runs.get(requeued.execution());
            require(failed.remove(requeued.execution()), "%s did not fail", requeued);
            require(!spent(run), "%s is beyond its budget", requeued);
            require(requeued.attempt() == run.failedOn.size() + 1, "%s miscounts", requeued);
            run.queued = now;
        }

        private void revoke(Decision.Revoked revoked) {
            var lease = live.remove(revoked.lease());
            require(lease != null && lease.worker.equals(revoked.worker()), "%s is not live", revoked);
            var run = runs.get(lease.execution);
            run.lease = null;
            if (lost.remove(revoked.lease())) {
                run.failedOn.add(lease.worker);
                run.lostOn.add(lease.worker);
                failed.add(lease.execution);
            } else {
                require(withdrawn != null && waiting.get(withdrawn) == run, "%s for no reason", revoked);
                cancelled = lease.execution;
            }
        }

        private void detach(WaiterId waiter) {
            require(waiter.equals(withdrawn), "%s did not withdraw", waiter);
            var run = waiting.remove(waiter);
            run.waiters.remove(waiter);
            require(!run.waiters.isEmpty(), "%s was the last", waiter);
            require(told.add(waiter), "%s hears twice", waiter);
            withdrawn = null;
        }

        private void end(Decision.Ended ended) {
            var run = runs.remove(ended.execution());
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
                    require(spent(run), "%s has budget left", ended);
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
                require(told.add(waiter), "%s hears twice", waiter);
                waiting.remove(waiter);
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

    /// Within a tenant, who has waited longer goes first; a step of priority counts as a fixed time of waiting,
    /// and to share an input with the worker as the affinity delay.
    private void checkOrder(Run chosen, Machine machine) {
        var slack = chosen.job.affinity().isEmpty() ? Duration.ZERO : limits.affinityDelay();
        for (var other : runs.values()) {
            var comparable = other != chosen
                    && other.lease == null
                    && !other.mayBeHeld()
                    && chosen.failedOn.isEmpty()
                    && other.tenants.size() == 1
                    && other.tenants.equals(chosen.tenants)
                    && fits(other, machine);
            if (comparable) {
                require(!rank(other).isBefore(rank(chosen).minus(slack)), "%s overtakes %s", chosen.job, other.job);
            }
        }
    }

    private Instant rank(Run run) {
        return run.submitted.plus(limits.ageing().multipliedBy(run.priority())).truncatedTo(ChronoUnit.MICROS);
    }

    private void checkState() {
        for (var run : runs.values()) {
            require(!run.waiters.isEmpty(), "%s runs for nobody", run.job);
            require(!spent(run), "%s is beyond its budget", run.job);
            if (run.lease != null || (run.mayBeHeld() && now.isBefore(run.queued.plus(limits.affinityDelay())))) {
                continue;
            }
            workers.forEach((id, machine) -> require(
                    machine.polls == 0 || machine.silent || !fits(run, machine) || held(id).size() >= machine.slots,
                    "%s waits while %s is idle",
                    run.job,
                    id));
        }
    }

    void checkQueries(Scheduler scheduler) {
        var snapshot = scheduler.snapshot();
        require(snapshot.running() == live.size(), "%s running", snapshot.running());
        require(snapshot.queued() == runs.size() - live.size(), "%s queued", snapshot.queued());
        require(snapshot.workers().size() == workers.size(), "%s workers", snapshot.workers());
        for (var status : snapshot.workers()) {
            var machine = workers.get(status.id());
            require(
                    status.slots() == machine.slots
                            && status.polling() == machine.polls
                            && status.silent() == machine.silent
                            && status.running().size() == held(status.id()).size(),
                    "%s",
                    status);
        }
        runs.forEach((id, run) -> {
            var why = scheduler.why(id);
            require(why.isPresent() == (run.lease == null), "%s waits: %s", id, why);
            why.ifPresent(reason -> checkReason(run, reason));
        });
        var due = scheduler.nextDue();
        live.values().forEach(lease -> require(!due.orElseThrow().isAfter(lease.deadline), "Tick comes late"));
    }

    private void checkReason(Run run, String reason) {
        var expected = workers.isEmpty()
                ? "No worker is connected"
                : workers.values().stream().noneMatch(machine -> fits(run, machine)) ? "No worker fits: " : "";
        require(reason.startsWith(expected) && !reason.isBlank(), "%s waits: %s", run.job, reason);
        require(!expected.isEmpty() || !reason.startsWith("No worker"), "%s waits: %s", run.job, reason);
    }

    void checkEnd() {
        require(waiting.isEmpty(), "%s wait forever", waiting.keySet());
        require(runs.isEmpty(), "%s run forever", runs.keySet());
    }

    private boolean spent(Run run) {
        return run.failedOn.size() >= limits.attempts() || run.lostOn.size() >= limits.lostWorkers();
    }

    private static boolean fits(Run run, Machine machine) {
        var os = machine.properties.values().get("os");
        return switch (SimulatedFarm.REQUIREMENTS.indexOf(run.job.requirement())) {
            case 0 -> true;
            case 1 -> "linux".equals(os);
            case 2 -> "windows".equals(os);
            default -> machine.properties.values().containsKey("gpu");
        };
    }

    @FormatMethod
    private static void require(boolean condition, @FormatString String message, Object... names) {
        if (!condition) {
            throw new AssertionError(message.formatted(names));
        }
    }
}
