// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the farm is doing at one moment.
///
/// @param workers in the order in which they joined
/// @param queued how many executions wait
/// @param running how many executions have a live lease
/// @param parked how many attempts of an earlier scheduler go on that nobody asked for again so far
public record Snapshot(List<WorkerStatus> workers, int queued, int running, int parked) {
    public Snapshot {
        workers = List.copyOf(workers);
    }

    /// What one worker is, and what it is doing.
    ///
    /// @param slots 0 if it takes no new work
    /// @param remark why there are fewer slots than usual; may be empty
    /// @param polling how many of its slots wait for work
    /// @param silent whether it let a lease lapse and was not heard of since
    /// @param parked how many of its slots run attempts of an earlier scheduler that nobody asked for again so
    ///     far
    /// @param running oldest first
    public record WorkerStatus(
            WorkerId id,
            Properties properties,
            Policy policy,
            int slots,
            String remark,
            int polling,
            boolean silent,
            Health health,
            int parked,
            List<Attempt> running) {
        public WorkerStatus {
            running = List.copyOf(running);
        }
    }

    /// Whether a worker is well.
    ///
    /// @param score how likely its next attempt is to fail by its own fault, between 0 and 1
    /// @param quarantined whether it gets nothing, or at most one action to prove itself
    /// @param reason why; empty unless it is in quarantine
    /// @param until when it may prove itself; empty if it may already, or is well
    public record Health(double score, boolean quarantined, String reason, Optional<Instant> until) {}

    /// A live lease.
    ///
    /// @param key of the job
    /// @param since when it was granted, or adopted from an earlier scheduler
    public record Attempt(
            LeaseId lease, ExecutionId execution, String key, String project, String requester, Instant since) {}

    static WorkerStatus of(Worker worker, long now) {
        var running = worker.leases.values().stream()
                .flatMap(lease -> Optional.ofNullable(lease.execution).map(execution -> of(lease, execution)).stream())
                .toList();
        return new WorkerStatus(
                worker.id,
                worker.workerClass.properties,
                worker.workerClass.policy,
                worker.slots,
                worker.remark,
                worker.polls,
                worker.silent,
                worker.health.status(now),
                worker.leases.size() - running.size(),
                running);
    }

    private static Attempt of(ActiveLease lease, Execution execution) {
        var facts = execution.job.facts();
        return new Attempt(
                lease.id,
                execution.id,
                lease.key,
                facts.project(),
                facts.requester(),
                Nanos.toInstant(lease.sinceNanos));
    }
}
