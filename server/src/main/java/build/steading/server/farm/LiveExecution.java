// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.digest.Digest;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.schedule.ExecutionId;
import build.steading.schedule.LeaseId;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// An action that is queued or runs, as far as the scheduler need not know. Guarded by the lock of [Floor].
final class LiveExecution {
    private final ExecutionId id;
    private final ExecutionRequest request;
    private final Admission admission;
    private final Instant since;
    private final Map<Long, Stake> stakes = new LinkedHashMap<>();
    private Optional<Attempt> attempt = Optional.empty();

    /// @param since when the action was first asked for
    LiveExecution(ExecutionId id, ExecutionRequest request, Admission admission, Instant since) {
        this.id = id;
        this.request = request;
        this.admission = admission;
        this.since = since;
    }

    ExecutionId id() {
        return id;
    }

    Instant since() {
        return since;
    }

    /// Returns the key of the job.
    String key() {
        return admission.job().key();
    }

    Digest inputRoot() {
        return admission.inputRoot();
    }

    /// Returns whether a success may be remembered.
    boolean cacheable() {
        return admission.cacheable();
    }

    Collection<Stake> stakes() {
        return stakes.values();
    }

    void add(Stake stake) {
        stakes.put(stake.id().value(), stake);
    }

    void remove(Stake stake) {
        stakes.remove(stake.id().value());
        attempt.ifPresent(running -> running.log().forget(stake.observer()));
    }

    /// Returns the attempt that runs now.
    Optional<Attempt> attempt() {
        return attempt;
    }

    Lease lease(LeaseId lease) {
        return new Lease(lease, request.action(), request.warm(), request.facts(), since);
    }

    /// Takes up an attempt, and tells everybody, as well as what it has printed already.
    void begin(Attempt next) {
        attempt = Optional.of(next);
        next.belongsTo(this);
        for (var stake : stakes.values()) {
            stake.observer().running(next.worker(), false);
            next.log().follow(stake.observer());
        }
    }

    /// Forgets the attempt, which ended or is void.
    void end() {
        attempt.ifPresent(ended -> ended.log().close());
        attempt = Optional.empty();
    }

    void tellQueued(String reason) {
        stakes.values().forEach(stake -> stake.observer().queued(reason));
    }

    /// Returns how the present attempt ended.
    Optional<Outcome> outcome() {
        return attempt.flatMap(Attempt::outcome);
    }
}
