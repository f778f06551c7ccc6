// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.digest.Digest;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import build.steading.platform.RequestFacts;
import build.steading.schedule.ExecutionId;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An action that is queued or runs, as far as the scheduler need not know. Guarded by the farm's lock.
final class LiveExecution {
    private final ExecutionId id;
    private final ExecutionRequest request;
    private final Admission admission;
    private final Instant since;
    private final Map<Long, Stake> stakes = new LinkedHashMap<>();
    private Optional<Attempt> attempt = Optional.empty();
    private Optional<Outcome> outcome = Optional.empty();

    /// The attempt that runs now.
    record Attempt(LeaseId lease, WorkerId worker, LiveLog log) {}

    LiveExecution(ExecutionId id, ExecutionRequest request, Admission admission, Instant since) {
        this.id = id;
        this.request = request;
        this.admission = admission;
        this.since = since;
    }

    ExecutionId id() {
        return id;
    }

    Digest action() {
        return request.action();
    }

    RequestFacts facts() {
        return request.facts();
    }

    List<WarmDirectory> warm() {
        return request.warm();
    }

    /// Returns whether a success may be remembered.
    boolean cacheable() {
        return admission.cacheable();
    }

    /// Returns when the action was first asked for.
    Instant since() {
        return since;
    }

    Map<Long, Stake> stakes() {
        return stakes;
    }

    Optional<Attempt> attempt() {
        return attempt;
    }

    void begin(Attempt next) {
        attempt = Optional.of(next);
    }

    /// Forgets the attempt, which ended or is void.
    void end() {
        attempt.ifPresent(ended -> ended.log().close());
        attempt = Optional.empty();
    }

    Optional<Outcome> outcome() {
        return outcome;
    }

    void outcome(Outcome end) {
        outcome = Optional.of(end);
    }
}
