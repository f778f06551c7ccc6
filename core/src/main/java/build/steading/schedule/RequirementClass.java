// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Fit;
import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All executions that require the same, on behalf of requests that are the same to the policies of workers.
final class RequirementClass {
    final Requirement requirement;

    /// The facts that are the same for all of them, by name.
    final Map<String, Object> facts;

    /// Executions that are queued or running.
    int live;

    /// By tenant; once made they stay, also when they are empty.
    final Map<Tenant, Lane> lanes = new LinkedHashMap<>();

    private final RequestFacts example;
    private final Map<WorkerClass, Match> matches = new LinkedHashMap<>();
    private final List<WorkerClass> fitting = new ArrayList<>();

    /// Whether workers of a class may run executions of this one.
    ///
    /// @param fit whether they are what is required
    /// @param policy whether they are willing, as far as that is the same for all executions
    /// @param asksEach whether it is not the same: each execution must be shown to the policy
    record Match(Fit fit, Fit policy, boolean asksEach) {
        boolean fits() {
            return fit instanceof Fit.Fits && policy instanceof Fit.Fits;
        }
    }

    /// @param example facts of one of the executions
    RequirementClass(Requirement requirement, Map<String, Object> facts, RequestFacts example) {
        this.requirement = requirement;
        this.facts = facts;
        this.example = example;
    }

    /// Finds out, once, whether workers of this class fit.
    void meet(WorkerClass workers) {
        var asksEach = !facts.keySet().containsAll(workers.facts);
        var match = new Match(
                requirement.check(workers.properties),
                asksEach ? new Fit.Fits() : workers.policy.check(example),
                asksEach);
        matches.put(workers, match);
        if (match.fits()) {
            fitting.add(workers);
            lanes.values().stream().filter(lane -> lane.first() != null).forEach(workers::demand);
        }
    }

    void part(WorkerClass workers) {
        matches.remove(workers);
        fitting.remove(workers);
    }

    boolean fits(Worker worker) {
        var match = matches.get(worker.workerClass);
        return match != null && match.fits();
    }

    boolean asksEach(WorkerClass workers) {
        if (workers.facts.isEmpty()) {
            return false;
        }
        var match = matches.get(workers);
        return match != null && match.asksEach;
    }

    List<WorkerClass> fitting() {
        return fitting;
    }

    Map<WorkerClass, Match> matches() {
        return matches;
    }
}
