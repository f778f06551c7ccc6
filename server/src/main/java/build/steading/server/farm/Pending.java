// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.ExecutionRequest;
import java.util.Optional;

/// A stake that has been submitted, and the execution that it got. Guarded by the lock of [Floor].
final class Pending {
    private final Stake stake;
    private final ExecutionRequest request;
    private final Admission admission;
    private Optional<LiveExecution> execution = Optional.empty();

    Pending(Stake stake, ExecutionRequest request, Admission admission) {
        this.stake = stake;
        this.request = request;
        this.admission = admission;
    }

    Stake stake() {
        return stake;
    }

    ExecutionRequest request() {
        return request;
    }

    Admission admission() {
        return admission;
    }

    /// Returns the execution; empty until the scheduler has spoken.
    Optional<LiveExecution> execution() {
        return execution;
    }

    /// Returns whether nothing runs.
    boolean isQueued() {
        return execution.flatMap(LiveExecution::attempt).isEmpty();
    }

    /// Nobody waits any longer: the execution goes on without it, if there is one.
    void leave() {
        admission.pin().close();
        execution.ifPresent(live -> live.remove(stake));
    }

    void got(LiveExecution live) {
        execution = Optional.of(live);
        live.add(stake);
    }
}
