// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Fit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Says why an execution waits, one line per cause: what every single worker has to do with it, and who goes
/// first. Workers with the same cause share a line, and of each kind of cause there are a few lines only; what is
/// left out is counted.
final class Explanation {
    private static final int MAX_LINES = 30;
    private static final int MAX_OF_A_KIND = 5;
    private static final int MAX_MISFITS = 10;
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final Execution execution;
    private final Dispatcher farm;
    private final long now;
    private final List<String> lines = new ArrayList<>();

    /// Busy workers, and when each is likely to have a free slot; [#UNKNOWN] if nobody knows.
    private final Map<Worker, Long> busy = new LinkedHashMap<>();

    private final Group refusing = new Group("for other reasons refuse it");
    private final Group unwilling = new Group("are not willing, for other reasons");
    private final Group quarantined = new Group("are in quarantine for other reasons");
    private final Group absent = new Group("take no new work for other reasons");
    private final Group misfits = new Group("do not fit, for other reasons");

    private Explanation(Execution execution, Dispatcher farm) {
        this.execution = execution;
        this.farm = farm;
        this.now = farm.now();
    }

    static List<String> of(Execution execution, Dispatcher farm) {
        var explanation = new Explanation(execution, farm);
        explanation.explain();
        var lines = explanation.lines;
        if (lines.size() <= MAX_LINES) {
            return List.copyOf(lines);
        }
        var shown = new ArrayList<>(lines.subList(0, MAX_LINES - 1));
        shown.add("and %d more causes".formatted(lines.size() - shown.size()));
        return List.copyOf(shown);
    }

    private void explain() {
        if (now < execution.notBeforeNanos) {
            lines.add("Tries again in %s, after: %s"
                    .formatted(
                            Times.span(execution.notBeforeNanos - now),
                            execution.failed.getLast().reason()));
        }
        if (farm.restart.goesOn()) {
            lines.add(Summary.waits(farm.restart));
        }
        if (farm.roster.all().isEmpty()) {
            lines.add("No worker is connected");
        } else if (execution.requirement.fitting().isEmpty()) {
            explainMisfits();
        } else {
            explainWorkers();
            explainOrder();
        }
    }

    private void explainMisfits() {
        var misfitting = Summary.misfitting(execution);
        misfitting.entrySet().stream()
                .limit(MAX_MISFITS)
                .forEach(entry -> lines.add(Summary.noneFits(entry.getKey(), entry.getValue())));
        if (misfitting.size() > MAX_MISFITS) {
            lines.add("and %d more reasons".formatted(misfitting.size() - MAX_MISFITS));
        }
        farm.stranded
                .remaining(execution)
                .ifPresent(left ->
                        lines.add("Gives up in %s if no worker comes that fits".formatted(Times.span(left.toNanos()))));
    }

    private void explainWorkers() {
        var refusals = new HashMap<WorkerId, Refusal>();
        execution.refusals().forEach(refusal -> refusals.put(refusal.worker(), refusal));
        var idle = false;
        for (var entry : execution.requirement.matches().entrySet()) {
            for (var worker : entry.getKey().members) {
                idle |= consider(worker, entry.getValue(), refusals.get(worker.id));
            }
        }
        if (idle && now >= execution.notBeforeNanos && execution.isHeld()) {
            lines.add(Summary.idleReason(execution));
        }
        addBusy();
        for (var group : List.of(refusing, unwilling, quarantined, absent, misfits)) {
            group.addTo(lines);
        }
    }

    /// Files a worker under what it has to do with the execution; returns whether it is idle and may have it.
    private boolean consider(Worker worker, RequirementClass.Match match, @Nullable Refusal refusal) {
        if (match.fit() instanceof Fit.Misfit(var reason)) {
            misfits.add(new Cause("does not fit: " + reason, "do not fit: " + reason), worker);
        } else if (match.policy() instanceof Fit.Misfit(var reason)) {
            unwilling.add(unwilling(reason), worker);
        } else if (match.asksEach()
                && execution.policyOf(worker.workerClass.policy) instanceof Fit.Misfit(var reason)) {
            unwilling.add(unwilling(reason), worker);
        } else if (refusal != null) {
            refusing.add(refused(refusal), worker);
        } else if (worker.standing() != Standing.TAKING) {
            addAbsent(worker);
        } else if (worker.available()) {
            return true;
        } else if (worker.leases.size() < worker.slots) {
            absent.add(
                    new Cause("has a free slot, but does not ask for work", "have free slots, but do not ask for work"),
                    worker);
        } else {
            busy.put(worker, freeNanos(worker));
        }
        return false;
    }

    private static Cause unwilling(String reason) {
        return new Cause("is not willing: " + reason, "are not willing: " + reason);
    }

    private Cause refused(Refusal refusal) {
        var again = refusal.forEver()
                ? ", and is not asked again"
                : ", and is asked again in " + Times.span(refusal.untilNanos() - now);
        return new Cause("refused: " + refusal.reason() + again, "refused: " + refusal.reason() + again);
    }

    private void addAbsent(Worker worker) {
        var remark = worker.remark.isEmpty() ? "" : ": " + worker.remark;
        switch (worker.standing()) {
            case DRAINING -> absent.add(new Cause("takes no new work" + remark, "take no new work" + remark), worker);
            case SILENT -> absent.add(new Cause("is silent", "are silent"), worker);
            case QUARANTINED -> {
                var rest = " in quarantine for %s more: %s"
                        .formatted(Times.span(worker.health.untilNanos() - now), worker.health.reason());
                quarantined.add(new Cause("is" + rest, "are" + rest), worker);
            }
            case ON_PROBATION -> {
                var rest = " in quarantine, and gets one action at a time until one ends well";
                quarantined.add(new Cause("was" + rest, "were" + rest), worker);
            }
            case TAKING -> {}
        }
    }

    /// Returns when the first slot of a worker is likely to be free.
    private static long freeNanos(Worker worker) {
        var first = UNKNOWN;
        for (var lease : worker.leases.values()) {
            var running = lease.execution;
            var expected = running == null
                    ? Optional.<Duration>empty()
                    : running.job.facts().expected();
            if (expected.isPresent()) {
                first = Math.min(first, lease.sinceNanos + expected.get().toNanos());
            }
        }
        return first;
    }

    private void addBusy() {
        var byTime = busy.entrySet().stream()
                .sorted(Comparator.comparingLong(Map.Entry::getValue))
                .toList();
        for (var entry : byTime.subList(0, Math.min(MAX_OF_A_KIND, byTime.size()))) {
            lines.add("Worker `%s` is busy%s".formatted(entry.getKey().id, until(entry.getValue())));
        }
        var more = byTime.size() - MAX_OF_A_KIND;
        if (more > 0) {
            lines.add(more == 1 ? "1 more worker that fits is busy" : more + " more workers that fit are busy");
        }
    }

    private String until(long nanos) {
        if (nanos == UNKNOWN) {
            return "; nobody knows for how long";
        }
        return nanos <= now
                ? ", for longer than was expected"
                : " until about %s (~%s)".formatted(Times.clock(nanos), Times.span(nanos - now));
    }

    private void explainOrder() {
        if (execution.lane == null) {
            return;
        }
        var before = farm.fits
                .lanesOf(execution.tenant)
                .filter(lane -> competes(lane.requirement))
                .mapToInt(lane -> lane.before(execution))
                .sum();
        if (before > 0) {
            lines.add("%s of %s, older or more urgent, %s first"
                    .formatted(
                            before == 1 ? "1 action" : before + " actions",
                            execution.tenant.name,
                            before == 1 ? "goes" : "go"));
        }
        var poorer = farm.shares.before(execution.tenant);
        if (!poorer.isEmpty()) {
            var named = poorer.stream()
                    .limit(3)
                    .map(tenant -> tenant.name.toString())
                    .toList();
            lines.add("%s%s used less of the farm lately and %s first"
                    .formatted(
                            String.join(", ", named),
                            poorer.size() > 3 ? " and %d others".formatted(poorer.size() - 3) : "",
                            poorer.size() == 1 ? "goes" : "go"));
        }
    }

    private boolean competes(RequirementClass other) {
        return other == execution.requirement
                || other.fitting().stream().anyMatch(execution.requirement.fitting()::contains);
    }

    /// A cause in the singular and in the plural.
    private record Cause(String one, String many) {}

    /// Workers by what they have to do with the execution.
    private static final class Group {
        private final String rest;
        private final Map<Cause, List<Worker>> byCause = new LinkedHashMap<>();

        Group(String rest) {
            this.rest = rest;
        }

        void add(Cause cause, Worker worker) {
            byCause.computeIfAbsent(cause, _ -> new ArrayList<>(1)).add(worker);
        }

        void addTo(List<String> lines) {
            var seen = 0;
            var left = 0;
            for (var entry : byCause.entrySet()) {
                var workers = entry.getValue();
                if (seen++ >= MAX_OF_A_KIND) {
                    left += workers.size();
                } else if (workers.size() == 1) {
                    lines.add("Worker `%s` %s"
                            .formatted(workers.getFirst().id, entry.getKey().one()));
                } else {
                    lines.add("%d workers %s"
                            .formatted(workers.size(), entry.getKey().many()));
                }
            }
            if (left > 0) {
                lines.add("%d more workers %s".formatted(left, rest));
            }
        }
    }
}
