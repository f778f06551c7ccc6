// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Fit;
import build.steading.platform.Requirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All executions that require the same.
final class RequirementClass {
    final Requirement requirement;

    /// Executions that are queued or running.
    int live;

    /// By tenant; once made they stay, also when they are empty.
    final Map<Tenant, Lane> lanes = new LinkedHashMap<>();

    private final Map<WorkerClass, Fit> fits = new LinkedHashMap<>();
    private final List<WorkerClass> fitting = new ArrayList<>();

    RequirementClass(Requirement requirement) {
        this.requirement = requirement;
    }

    /// Finds out, once, whether workers of this class fit.
    void meet(WorkerClass workers) {
        var fit = requirement.check(workers.properties);
        fits.put(workers, fit);
        if (fit instanceof Fit.Fits) {
            fitting.add(workers);
            lanes.values().stream().filter(lane -> lane.first() != null).forEach(workers::demand);
        }
    }

    void part(WorkerClass workers) {
        fits.remove(workers);
        fitting.remove(workers);
    }

    boolean fits(Worker worker) {
        return fits.get(worker.workerClass) instanceof Fit.Fits;
    }

    List<WorkerClass> fitting() {
        return fitting;
    }

    Map<WorkerClass, Fit> fits() {
        return fits;
    }
}
