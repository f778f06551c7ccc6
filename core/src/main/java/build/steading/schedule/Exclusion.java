// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Policy;
import java.util.HashSet;
import java.util.Set;

/// To whom an execution is not to be offered, although they fit. Executions with the same exclusion stand in one
/// line, so that whoever is excluded passes all of them at once.
///
/// @param workers those that refused it
/// @param policies those of workers that would refuse it
record Exclusion(Set<WorkerId> workers, Set<Policy> policies) {
    static final Exclusion NOBODY = new Exclusion(Set.of(), Set.of());

    Exclusion {
        workers = Set.copyOf(workers);
        policies = Set.copyOf(policies);
    }

    boolean isEmpty() {
        return workers.isEmpty() && policies.isEmpty();
    }

    boolean covers(Worker worker) {
        return workers.contains(worker.id) || policies.contains(worker.workerClass.policy);
    }

    Exclusion with(Policy policy) {
        var more = new HashSet<>(policies);
        more.add(policy);
        return new Exclusion(workers, more);
    }

    Exclusion of(Set<WorkerId> others) {
        return new Exclusion(others, policies);
    }
}
