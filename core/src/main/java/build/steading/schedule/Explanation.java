// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Fit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// Says why an execution waits, one line per cause.
final class Explanation {
    private static final int MAX_MISFITS = 10;

    private final Execution execution;
    private final List<String> causes = new ArrayList<>(1);

    private Explanation(Execution execution) {
        this.execution = execution;
    }

    static String of(Execution execution) {
        var explanation = new Explanation(execution);
        var requirement = execution.requirement;
        if (requirement.fits().isEmpty()) {
            return "No worker is connected";
        }
        if (requirement.fitting().isEmpty()) {
            explanation.addMisfits();
        } else {
            explanation.addFitting();
        }
        return String.join("\n", explanation.causes);
    }

    private void addFitting() {
        var all = 0;
        var draining = 0;
        var silent = 0;
        var idle = 0;
        for (var workers : execution.requirement.fitting()) {
            all += workers.members.size();
            draining += workers.draining;
            silent += workers.silent;
            idle += workers.idle.size();
        }
        add(all - draining - silent - idle, "that fits is busy", "that fit are busy");
        add(draining, "that fits takes no new work", "that fit take no new work");
        add(silent, "that fits is silent", "that fit are silent");
        if (idle > 0 && execution.isHeld()) {
            causes.add(
                    execution.reservedOn == null
                            ? "Waits a moment for a worker that did not fail at it"
                            : "Waits a moment for worker `%s`, which has inputs of it"
                                    .formatted(execution.reservedOn.id));
        }
    }

    private void add(int count, String one, String many) {
        if (count > 0) {
            causes.add(count == 1 ? "1 worker " + one : count + " workers " + many);
        }
    }

    private void addMisfits() {
        var workersByReason = new LinkedHashMap<String, Integer>();
        execution.requirement.fits().forEach((workers, fit) -> {
            if (fit instanceof Fit.Misfit(var reason)) {
                workersByReason.merge(reason, workers.members.size(), Integer::sum);
            }
        });
        for (var entry : workersByReason.entrySet()) {
            if (causes.size() == MAX_MISFITS) {
                causes.add("and %d more reasons".formatted(workersByReason.size() - MAX_MISFITS));
                return;
            }
            var workers = entry.getValue() == 1 ? "1 worker" : entry.getValue() + " workers";
            causes.add("No worker fits: " + entry.getKey() + " (" + workers + ")");
        }
    }
}
