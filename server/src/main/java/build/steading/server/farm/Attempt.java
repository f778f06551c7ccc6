// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.Outcome;
import build.steading.schedule.Ending;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import java.util.Optional;

/// One worker's try at an action. One that began before the farm was restarted belongs to no execution until
/// somebody asks for the action again. Guarded by the lock of [Floor].
final class Attempt {
    private final LeaseId lease;
    private final WorkerId worker;
    private final String key;
    private final LiveLog log;
    private Optional<LiveExecution> execution = Optional.empty();
    private Optional<Outcome> outcome = Optional.empty();
    private boolean refused;

    /// @param key of the job
    Attempt(LeaseId lease, WorkerId worker, String key, LiveLog log) {
        this.lease = lease;
        this.worker = worker;
        this.key = key;
        this.log = log;
    }

    LeaseId lease() {
        return lease;
    }

    WorkerId worker() {
        return worker;
    }

    String key() {
        return key;
    }

    LiveLog log() {
        return log;
    }

    Optional<LiveExecution> execution() {
        return execution;
    }

    void belongsTo(LiveExecution live) {
        execution = Optional.of(live);
    }

    /// Returns whether the worker did not want to run it.
    boolean isRefused() {
        return refused;
    }

    /// Notes how it ended, before the scheduler is told.
    void end(Outcome end, Ending ending) {
        switch (ending) {
            case Ending.Done _ -> outcome = Optional.of(end);
            case Ending.Refused _ -> refused = true;
            case Ending.Failed _ -> {}
        }
    }

    /// Returns how it ended; empty while it runs, and if it is to be tried again.
    Optional<Outcome> outcome() {
        return outcome;
    }
}
