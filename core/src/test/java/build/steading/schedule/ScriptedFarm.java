// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Properties;
import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A scheduler and its clock, with short names for events.
final class ScriptedFarm {
    static final Properties LINUX = new Properties(Map.of("os", "linux"));
    static final Properties WINDOWS = new Properties(Map.of("os", "windows"));
    static final WorkerId ANN = new WorkerId("ann");
    static final WorkerId BOB = new WorkerId("bob");
    static final WorkerId CAT = new WorkerId("cat");

    final Scheduler scheduler;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long waiters;

    /// Leases with smaller numbers are of an earlier scheduler.
    static final long FIRST_ID = 1000;

    ScriptedFarm(Limits limits) {
        this.scheduler = new Scheduler(limits, FIRST_ID);
    }

    ScriptedFarm() {
        this(Limits.STANDARD);
    }

    /// Returns what is known of a request of `project`.
    static RequestFacts facts(int priority, String project) {
        return RequestFacts.of(project, "").withPriority(priority);
    }

    static Job job(String key) {
        return new Job(key, true, Requirement.ANY, facts(0, "tenant"), Set.of());
    }

    static Job urgent(String key, int priority) {
        return new Job(key, true, Requirement.ANY, facts(priority, "tenant"), Set.of());
    }

    static Job requiring(String key, String requirement) {
        return new Job(key, true, Requirement.parse(requirement), facts(0, "tenant"), Set.of());
    }

    static Job wantedBy(String tenant, String key) {
        return new Job(key, true, Requirement.ANY, facts(0, tenant), Set.of());
    }

    static Job near(String key, String... inputs) {
        return new Job(key, true, Requirement.ANY, facts(0, "tenant"), Set.of(inputs));
    }

    List<Decision> apply(Event event) {
        return scheduler.apply(event, now);
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    List<Decision> tick(Duration time) {
        pass(time);
        return apply(new Event.Tick());
    }

    /// Submits a job for the waiter whose number is one more than that of the last.
    List<Decision> submit(Job job) {
        return apply(new Event.Submitted(new WaiterId(++waiters), job));
    }

    /// Submits a job that must wait, and returns its execution.
    ExecutionId queue(Job job) {
        return switch (submit(job).getFirst()) {
            case Decision.Accepted accepted -> accepted.execution();
            case Decision other -> throw new AssertionError(other);
        };
    }

    List<Decision> withdraw(long waiter) {
        return apply(new Event.Withdrawn(new WaiterId(waiter), "dora"));
    }

    List<Decision> announce(WorkerId worker, Properties properties, int slots, LeaseId... held) {
        return apply(
                new Event.WorkerAnnounced(worker, Offer.of(properties, slots).holding(held(held))));
    }

    private static Map<LeaseId, String> held(LeaseId... leases) {
        return Stream.of(leases).collect(Collectors.toMap(lease -> lease, _ -> "unknown"));
    }

    List<Decision> announce(WorkerId worker) {
        return announce(worker, LINUX, 1);
    }

    List<Decision> poll(WorkerId worker) {
        return apply(new Event.Polled(worker));
    }

    /// A worker with one slot joins and asks for work.
    List<Decision> join(WorkerId worker) {
        announce(worker);
        return poll(worker);
    }

    /// Polls for a worker that must get something at once.
    Decision.Assigned take(WorkerId worker) {
        return assigned(poll(worker));
    }

    List<Decision> renew(WorkerId worker, LeaseId... leases) {
        return apply(new Event.Renewed(worker, Set.of(leases)));
    }

    List<Decision> done(LeaseId lease) {
        return apply(new Event.Finished(lease, new Ending.Done()));
    }

    /// Ends a lease with a fault that blames nobody, and after which the farm tries again at once and often.
    List<Decision> fail(LeaseId lease) {
        return fail(lease, Fault.WORKER_SHUTDOWN);
    }

    List<Decision> fail(LeaseId lease, Fault fault) {
        return apply(new Event.Finished(lease, new Ending.Failed(fault, "No luck")));
    }

    Instant now() {
        return now;
    }

    Snapshot.WorkerStatus status(WorkerId worker) {
        return scheduler.snapshot().workers().stream()
                .filter(status -> status.id().equals(worker))
                .findAny()
                .orElseThrow();
    }

    /// Returns the only assignment among the decisions.
    static Decision.Assigned assigned(List<Decision> decisions) {
        var assigned = decisions.stream()
                .filter(Decision.Assigned.class::isInstance)
                .map(Decision.Assigned.class::cast)
                .toList();
        if (assigned.size() != 1) {
            throw new AssertionError("Not one assignment: " + decisions);
        }
        return assigned.getFirst();
    }

    /// Returns that an execution will be tried again.
    Decision.Requeued requeued(ExecutionId execution, Fault fault, String reason, int attempt, Duration backOff) {
        return new Decision.Requeued(execution, Optional.of(fault), reason, attempt, now.plus(backOff));
    }

    Decision.Requeued requeued(ExecutionId execution, Fault fault, String reason, int attempt) {
        return requeued(execution, fault, reason, attempt, Duration.ZERO);
    }

    String why(ExecutionId execution) {
        return String.join("\n", scheduler.why(execution));
    }
}
