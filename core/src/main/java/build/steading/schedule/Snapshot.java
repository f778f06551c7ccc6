// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Properties;
import java.time.Instant;
import java.util.List;

/// What the farm is doing at one moment.
///
/// @param workers in the order in which they joined
/// @param queued how many executions wait
/// @param running how many executions have a live lease
public record Snapshot(List<WorkerStatus> workers, int queued, int running) {
    public Snapshot {
        workers = List.copyOf(workers);
    }

    /// What one worker is doing.
    ///
    /// @param slots 0 if it takes no new work
    /// @param polling how many of its slots wait for work
    /// @param silent whether it let a lease lapse and was not heard of since
    /// @param running oldest first
    public record WorkerStatus(
            WorkerId id, Properties properties, int slots, int polling, boolean silent, List<Attempt> running) {
        public WorkerStatus {
            running = List.copyOf(running);
        }
    }

    /// A live lease.
    public record Attempt(LeaseId lease, ExecutionId execution, Instant since) {}
}
