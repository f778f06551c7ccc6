// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.schedule.NaiveState.Holding;
import build.steading.schedule.NaiveState.Machine;
import build.steading.schedule.NaiveState.Parked;
import build.steading.schedule.NaiveState.Past;
import build.steading.schedule.NaiveState.Run;
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
///
/// Of one thing it does not know whether it must happen: that a worker is put into quarantine on suspicion. It
/// believes the scheduler, if that has a reason at all.
final class NaiveFarm {
    static final long FIRST_ID = 100;

    final Limits limits;
    final Scheduler scheduler;
    final Map<WorkerId, Machine> workers = new LinkedHashMap<>();
    final Map<WorkerId, Past> pasts = new HashMap<>();
    final Map<ExecutionId, Run> runs = new LinkedHashMap<>();
    final Map<LeaseId, Holding> live = new LinkedHashMap<>();
    final Map<LeaseId, Parked> parked = new LinkedHashMap<>();
    final Set<LeaseId> closed = new HashSet<>();
    final Map<WaiterId, Run> waiting = new HashMap<>();
    final Set<WaiterId> told = new HashSet<>();
    final Set<WorkerId> missing = new HashSet<>();
    Instant missingUntil = Instant.MIN;
    long lastId = FIRST_ID - 1;
    Instant now = Instant.MIN;

    NaiveFarm(Limits limits, Scheduler scheduler) {
        this.limits = limits;
        this.scheduler = scheduler;
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

    List<LeaseId> parkedOn(WorkerId worker) {
        return parked.entrySet().stream()
                .filter(entry -> entry.getValue().worker.equals(worker))
                .map(Map.Entry::getKey)
                .toList();
    }

    boolean hasFreeSlot(WorkerId worker) {
        return held(worker).size() + parkedOn(worker).size() < workers.get(worker).slots;
    }

    Past past(WorkerId worker) {
        return pasts.computeIfAbsent(worker, _ -> new Past());
    }

    /// Notes that an attempt failed.
    void fail(LeaseId id, Run run, FailedAttempt attempt) {
        run.failed.add(attempt);
        var record = past(attempt.worker());
        switch (attempt.fault()) {
            case DISK_FULL, CORRUPT -> {
                if (id.equals(record.canary) || othersAreWell(attempt.worker())) {
                    record.sick = true;
                    record.barredUntil = now.plus(Duration.ofMinutes(1));
                }
            }
            case SETUP, WORKER_LOST -> {
                if (id.equals(record.canary)) {
                    record.barredUntil = now.plus(Duration.ofMinutes(1));
                }
            }
            case WORKER_SHUTDOWN, UPLOAD -> {
                return;
            }
        }
        record.blamed++;
    }

    private boolean othersAreWell(WorkerId worker) {
        return scheduler.snapshot().workers().stream()
                .anyMatch(other -> !other.id().equals(worker)
                        && other.slots() > 0
                        && !other.silent()
                        && !other.health().quarantined());
    }

    /// Notes that a lease is void.
    void close(LeaseId id) {
        var lease = live.remove(id);
        if (lease != null && id.equals(past(lease.worker).canary)) {
            past(lease.worker).canary = null;
        }
        parked.remove(id);
        closed.add(id);
    }

    /// Returns whether somebody works on this action.
    boolean isUnderWay(String key) {
        return parked.values().stream().anyMatch(lease -> lease.key.equals(key))
                || runs.values().stream()
                        .anyMatch(run -> run.lease != null && run.job.key().equals(key));
    }

    int queued() {
        return runs.size() - live.size();
    }

    boolean waits() {
        return !waiting.isEmpty();
    }

    void check(Event event, Instant at, List<Decision> decisions) {
        var before = now;
        now = at.isAfter(now) ? at : now;
        if (!now.isBefore(missingUntil)) {
            missing.clear();
        }
        runs.values().forEach(run -> age(run, before));
        var due = new HashSet<LeaseId>();
        live.forEach((id, lease) -> {
            if (!now.isBefore(lease.deadline)) {
                due.add(id);
                workers.get(lease.worker).silent = true;
            }
        });
        parked.forEach((id, lease) -> {
            if (!now.isBefore(lease.deadline)) {
                workers.get(lease.worker).silent = true;
            }
            if (!now.isBefore(lease.deadline) || !now.isBefore(lease.claimedBy)) {
                due.add(id);
            }
        });
        var expected = Expectation.of(event, this, due);
        for (var decision : decisions) {
            expected.check(decision);
        }
        expected.requireAll();
        checkState();
    }

    private void age(Run run, Instant before) {
        if (run.lease == null && before.isBefore(run.notBefore) && !now.isBefore(run.notBefore)) {
            run.queued = now;
        }
        run.refusedBy.values().removeIf(until -> !now.isBefore(until));
        if (run.lease != null || now.isBefore(run.notBefore)) {
            run.unfit = Duration.ZERO;
            run.unwanted = Duration.ZERO;
            return;
        }
        var fits = false;
        var suits = false;
        for (var machine : workers.values()) {
            fits |= fits(run, machine);
            suits |= suits(run, machine);
        }
        var time = workers.isEmpty() || before.equals(Instant.MIN) ? Duration.ZERO : Duration.between(before, now);
        run.unfit = fits ? Duration.ZERO : run.unfit.plus(before.isBefore(run.notBefore) ? Duration.ZERO : time);
        run.unwanted = suits ? Duration.ZERO : run.unwanted.plus(time);
    }

    /// Within a tenant, who has waited longer goes first; a step of priority counts as a fixed time of waiting,
    /// and to share an input with the worker as the affinity delay.
    void checkOrder(Run chosen, WorkerId worker) {
        var slack = chosen.job.affinity().isEmpty() ? Duration.ZERO : limits.affinityDelay();
        for (var other : runs.values()) {
            var comparable = other != chosen
                    && other.lease == null
                    && !other.mayBeHeld()
                    && !other.refusedBy.containsKey(worker)
                    && chosen.failed.isEmpty()
                    && other.tenants.size() == 1
                    && other.tenants.equals(chosen.tenants)
                    && suits(other, workers.get(worker));
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
            require(!NaiveRules.spent(run.failed, limits), "%s is beyond its budget", run.job);
            require(run.unfit.compareTo(limits.unsupportedAfter()) < 0, "%s waits for nobody for ever", run.job);
            if (run.lease != null || !missing.isEmpty() || now.isBefore(run.notBefore)) {
                continue;
            }
            if (run.mayBeHeld() && now.isBefore(run.queued.plus(limits.affinityDelay()))) {
                continue;
            }
            for (var worker : workers.keySet()) {
                require(!mustTake(worker, run), "%s waits while %s is idle", run.job, worker);
            }
        }
    }

    private boolean mustTake(WorkerId worker, Run run) {
        var machine = workers.get(worker);
        return machine.polls > 0
                && !machine.silent
                && suits(run, machine)
                && !run.refusedBy.containsKey(worker)
                && hasFreeSlot(worker)
                && !isInQuarantine(worker);
    }

    private boolean isInQuarantine(WorkerId worker) {
        var record = past(worker);
        if (now.isBefore(record.barredUntil) || record.canary != null) {
            return true;
        }
        var health = status(worker).health();
        require(!health.quarantined() || record.sick || record.blamed >= 3, "%s is in quarantine: %s", worker, health);
        require(!health.quarantined() || !health.reason().isEmpty(), "%s is in quarantine for nothing", worker);
        health.until().ifPresent(until -> {
            require(until.isAfter(now), "%s is in quarantine still", worker);
            require(!until.isAfter(now.plus(Duration.ofHours(1))), "%s is in quarantine for long", worker);
        });
        return health.quarantined();
    }

    private Snapshot.WorkerStatus status(WorkerId worker) {
        return scheduler.snapshot().workers().stream()
                .filter(status -> status.id().equals(worker))
                .findAny()
                .orElseThrow();
    }

    void checkQueries() {
        var snapshot = scheduler.snapshot();
        require(snapshot.running() == live.size(), "%s running", snapshot.running());
        require(snapshot.parked() == parked.size(), "%s parked", snapshot.parked());
        require(snapshot.queued() == queued(), "%s queued", snapshot.queued());
        require(snapshot.workers().size() == workers.size(), "%s workers", snapshot.workers());
        for (var status : snapshot.workers()) {
            var machine = workers.get(status.id());
            require(
                    status.slots() == machine.slots
                            && status.polling() == machine.polls
                            && status.silent() == machine.silent
                            && status.parked() == parkedOn(status.id()).size()
                            && status.running().size() == held(status.id()).size(),
                    "%s",
                    status);
            require(
                    !now.isBefore(past(status.id()).barredUntil)
                            || status.health().until().isPresent(),
                    "%s is not in quarantine",
                    status);
        }
        runs.forEach((id, run) -> checkReasons(run, scheduler.why(id)));
        if (!scheduler.nextDue().isPresent()) {
            require(live.isEmpty() && parked.isEmpty(), "No tick would come");
            return;
        }
        var due = scheduler.nextDue().get();
        live.values().forEach(lease -> require(!due.isAfter(lease.deadline), "Tick comes late"));
        parked.values().forEach(lease -> require(!due.isAfter(lease.deadline), "Tick comes late"));
        for (var run : runs.values()) {
            require(
                    run.lease != null || !now.isBefore(run.notBefore) || !due.isAfter(run.notBefore),
                    "Tick comes late for %s",
                    run.job);
        }
    }

    private void checkReasons(Run run, List<String> reasons) {
        require(reasons.isEmpty() == (run.lease != null), "%s waits: %s", run.job, reasons);
        require(reasons.stream().noneMatch(String::isBlank) && reasons.size() <= 30, "%s waits: %s", run.job, reasons);
        if (run.lease != null) {
            return;
        }
        if (workers.isEmpty()) {
            require(reasons.contains("No worker is connected"), "%s waits: %s", run.job, reasons);
        } else if (workers.values().stream().noneMatch(machine -> fits(run, machine))) {
            require(
                    reasons.stream().anyMatch(reason -> reason.startsWith("No worker fits: ")),
                    "%s waits: %s",
                    run.job,
                    reasons);
        }
    }

    void checkEnd() {
        require(waiting.isEmpty(), "%s wait forever", waiting.keySet());
        require(runs.isEmpty(), "%s run forever", runs.keySet());
    }

    static boolean fits(Run run, Machine machine) {
        return NaiveRules.fits(run.job, machine.properties);
    }

    static boolean suits(Run run, Machine machine) {
        return fits(run, machine) && NaiveRules.willing(machine.policy, run.job.facts());
    }

    @FormatMethod
    static void require(boolean condition, @FormatString String message, Object... names) {
        if (!condition) {
            throw new AssertionError(message.formatted(names));
        }
    }
}
