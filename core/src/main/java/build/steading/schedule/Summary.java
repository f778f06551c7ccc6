// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Fit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Says in few words why an execution waits, one line per cause, at a cost that does not grow with the number of
/// workers. [Explanation] knows more.
final class Summary {
    private static final int MAX_MISFITS = 10;

    private final Execution execution;
    private final List<String> causes = new ArrayList<>(1);

    private Summary(Execution execution) {
        this.execution = execution;
    }

    static String of(Execution execution, RestartWait restart) {
        var summary = new Summary(execution);
        var requirement = execution.requirement;
        if (restart.goesOn()) {
            summary.causes.add(waits(restart));
        } else if (requirement.matches().isEmpty()) {
            summary.causes.add("No worker is connected");
        } else if (requirement.fitting().isEmpty()) {
            summary.addMisfits();
        } else {
            summary.addFitting();
        }
        return String.join("\n", summary.causes);
    }

    static String waits(RestartWait restart) {
        return "Waits a moment after the restart of the farm for workers to come back (%d missing)"
                .formatted(restart.missing());
    }

    /// Returns in one line why nothing fits.
    static String misfits(Execution execution) {
        var reasons = List.copyOf(misfitting(execution).keySet());
        var first = String.join("; ", reasons.subList(0, Math.min(3, reasons.size())));
        return reasons.size() <= 3 ? first : first + "; and %d more reasons".formatted(reasons.size() - 3);
    }

    /// Returns why classes of workers do not fit, and how many workers that concerns each time.
    static Map<String, Integer> misfitting(Execution execution) {
        var workersByReason = new LinkedHashMap<String, Integer>();
        execution.requirement.matches().forEach((workers, match) -> {
            if (match.fit() instanceof Fit.Misfit(var reason)) {
                workersByReason.merge(reason, workers.members.size(), Integer::sum);
            } else if (match.policy() instanceof Fit.Misfit(var reason)) {
                workersByReason.merge("it is not willing, as " + reason, workers.members.size(), Integer::sum);
            }
        });
        return workersByReason;
    }

    private void addFitting() {
        var fitting = execution.requirement.fitting();
        var all = fitting.stream().mapToInt(workers -> workers.members.size()).sum();
        var idle = fitting.stream().mapToInt(workers -> workers.idle.size()).sum();
        var draining = count(Standing.DRAINING);
        var silent = count(Standing.SILENT);
        var quarantined = count(Standing.QUARANTINED);
        add(all - draining - silent - quarantined - idle, "that fits is busy", "that fit are busy");
        add(draining, "that fits takes no new work", "that fit take no new work");
        add(silent, "that fits is silent", "that fit are silent");
        add(quarantined, "that fits is in quarantine", "that fit are in quarantine");
        if (idle > 0) {
            causes.add(idleReason(execution));
        }
    }

    private int count(Standing standing) {
        return execution.requirement.fitting().stream()
                .mapToInt(workers -> workers.count(standing))
                .sum();
    }

    /// Returns why an execution waits although there are idle workers that fit.
    static String idleReason(Execution execution) {
        if (!execution.isHeld()) {
            return "Idle workers that fit are not willing";
        }
        return execution.reservedOn == null
                ? "Waits a moment for a worker that did not fail at it"
                : "Waits a moment for worker `%s`, which has inputs of it".formatted(execution.reservedOn.id);
    }

    private void add(int count, String one, String many) {
        if (count > 0) {
            causes.add(count == 1 ? "1 worker " + one : count + " workers " + many);
        }
    }

    private void addMisfits() {
        var misfitting = misfitting(execution);
        for (var entry : misfitting.entrySet()) {
            if (causes.size() == MAX_MISFITS) {
                causes.add("and %d more reasons".formatted(misfitting.size() - MAX_MISFITS));
                return;
            }
            causes.add(noneFits(entry.getKey(), entry.getValue()));
        }
    }

    static String noneFits(String reason, int workers) {
        return "No worker fits: " + reason + " (" + (workers == 1 ? "1 worker" : workers + " workers") + ")";
    }
}
