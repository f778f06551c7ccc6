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
    final Limits limits;
    final Map<WorkerId, Machine> workers = new LinkedHashMap<>();
    final Map<ExecutionId, Run> runs = new LinkedHashMap<>();
    final Map<LeaseId, Holding> live = new LinkedHashMap<>();
    final Map<WaiterId, Run> waiting = new HashMap<>();
    final Set<WaiterId> told = new HashSet<>();
    long lastId;
    Instant now = Instant.MIN;

    static final class Machine {
        Properties properties;
        int slots;
        int polls;
        boolean silent;
    }

    static final class Run {
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

    static final class Holding {
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
        var held = new ArrayList<LeaseId>();
        live.forEach((id, lease) -> {
            if (lease.worker.equals(worker)) {
                held.add(id);
            }
        });
        return held;
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
        var expected = Expectation.of(event, this, due);
        for (var decision : decisions) {
            expected.check(decision);
        }
        expected.requireAll();
        checkState();
    }

    /// Within a tenant, who has waited longer goes first; a step of priority counts as a fixed time of waiting,
    /// and to share an input with the worker as the affinity delay.
    void checkOrder(Run chosen, Machine machine) {
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

    boolean spent(Run run) {
        return run.failedOn.size() >= limits.attempts() || run.lostOn.size() >= limits.lostWorkers();
    }

    static boolean fits(Run run, Machine machine) {
        var os = machine.properties.values().get("os");
        return switch (SimulatedFarm.REQUIREMENTS.indexOf(run.job.requirement())) {
            case 0 -> true;
            case 1 -> "linux".equals(os);
            case 2 -> "windows".equals(os);
            default -> machine.properties.values().containsKey("gpu");
        };
    }

    @FormatMethod
    static void require(boolean condition, @FormatString String message, Object... names) {
        if (!condition) {
            throw new AssertionError(message.formatted(names));
        }
    }
}
