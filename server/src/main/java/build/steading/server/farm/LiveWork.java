// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.digest.Digest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.schedule.Decision;
import build.steading.schedule.ExecutionId;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Verdict;
import build.steading.schedule.WaiterId;
import build.steading.schedule.WorkerId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What is queued and what runs, as far as the scheduler need not know: its decisions are carried out here.
/// Guarded by the lock of [Floor].
///
/// After a restart of the farm, workers go on with what an earlier process gave them. Such an attempt is *parked*
/// until the scheduler decides to whom it belongs (`Adopted`), that it ended before anybody asked (`Unclaimed`),
/// or that it is void. Meanwhile its output is collected like that of any other.
final class LiveWork {
    /// When whoever was declined may come again.
    private static final Duration DECLINED_FOR = Duration.ofSeconds(10);

    private final Path logs;
    private final InstantSource clock;
    private final BiConsumer<WorkerId, Lease> delivery;
    private final Map<ExecutionId, LiveExecution> executions = new HashMap<>();
    private final Map<WaiterId, Pending> waiters = new HashMap<>();
    private final Map<LeaseId, Attempt> attempts = new HashMap<>();
    private final Map<WorkerId, Set<LeaseId>> parked = new HashMap<>();
    private final Unnamed unnamed = new Unnamed();
    private final LateOutcomes late = new LateOutcomes();
    private long firstLease = Long.MAX_VALUE;

    /// @param logs a directory for the output of what runs
    /// @param delivery hands a worker what it asked for
    LiveWork(Path logs, InstantSource clock, BiConsumer<WorkerId, Lease> delivery) {
        this.logs = logs;
        this.clock = clock;
        this.delivery = delivery;
    }

    /// Takes in a stake that is about to be submitted.
    void add(Pending pending) {
        waiters.put(pending.stake().id(), pending);
    }

    /// Forgets a stake.
    Optional<Pending> remove(WaiterId waiter) {
        var left = Optional.ofNullable(waiters.remove(waiter));
        left.ifPresent(Pending::leave);
        return left;
    }

    /// Returns the stakes in what does not run yet.
    List<Pending> queued() {
        return waiters.values().stream().filter(Pending::isQueued).toList();
    }

    /// Returns what the waiter waits for.
    Optional<LiveExecution> awaited(WaiterId waiter) {
        return Optional.ofNullable(waiters.get(waiter)).flatMap(Pending::execution);
    }

    /// Returns the attempt that a live or parked lease stands for.
    Optional<Attempt> find(LeaseId lease) {
        return Optional.ofNullable(attempts.get(lease));
    }

    /// Returns those of `leases` that are neither live nor parked.
    Set<LeaseId> unknownOf(Set<LeaseId> leases) {
        return leases.stream().filter(lease -> !attempts.containsKey(lease)).collect(Collectors.toSet());
    }

    /// Notes that from now on a worker names those of its leases as long as it holds them.
    void name(WorkerId worker, Predicate<LeaseId> which) {
        unnamed.remove(worker, which);
    }

    /// Returns what a worker was given after `time` that may be on its way to it, and the keys of the jobs.
    Map<LeaseId, String> unnamedSince(Instant time, WorkerId worker) {
        return unnamed.after(time, worker);
    }

    /// Returns whether the lease may be one of an earlier process: it is older than all that were given out here.
    boolean isEarlier(LeaseId lease) {
        return lease.value() < firstLease;
    }

    /// Returns how an action ended that an earlier process was asked for, and forgets it.
    Optional<Outcome> takeLate(String key) {
        return late.take(key, clock.instant());
    }

    /// Returns the input roots of all that was first asked for before `time`.
    Set<Digest> inputsOlderThan(Instant time) {
        return executions.values().stream()
                .filter(execution -> execution.since().isBefore(time))
                .map(LiveExecution::inputRoot)
                .collect(Collectors.toSet());
    }

    /// Parks what a worker holds that an earlier process gave it, and forgets what it held and does no longer.
    ///
    /// @param held the key of the job by lease
    void park(WorkerId worker, Map<LeaseId, String> held) {
        unpark(worker, lease -> !held.containsKey(lease));
        held.forEach((lease, key) -> {
            if (isEarlier(lease) && !attempts.containsKey(lease)) {
                park(new Attempt(lease, worker, key, newLog(lease)));
            }
        });
    }

    private void park(Attempt attempt) {
        attempts.put(attempt.lease(), attempt);
        parked.computeIfAbsent(attempt.worker(), _ -> new HashSet<>()).add(attempt.lease());
    }

    /// Forgets those parked attempts of a worker that are void.
    void unpark(WorkerId worker, Predicate<LeaseId> isVoid) {
        for (var lease : List.copyOf(parked.getOrDefault(worker, Set.of()))) {
            if (isVoid.test(lease)) {
                unpark(lease).ifPresent(attempt -> attempt.log().close());
            }
        }
    }

    /// Takes an attempt that is parked out of the books.
    private Optional<Attempt> unpark(LeaseId lease) {
        var attempt = find(lease).filter(known -> known.execution().isEmpty());
        attempt.ifPresent(found -> {
            attempts.remove(lease);
            parked.computeIfPresent(found.worker(), (_, leases) -> {
                leases.remove(lease);
                return leases.isEmpty() ? null : leases;
            });
        });
        return attempt;
    }

    private LiveLog newLog(LeaseId lease) {
        return new LiveLog(logs.resolve("lease-" + lease));
    }

    /// Returns how many executions there are.
    int size() {
        return executions.size();
    }

    /// Returns all live and parked leases by worker.
    Map<WorkerId, Set<LeaseId>> leases() {
        var leases = new HashMap<WorkerId, Set<LeaseId>>();
        attempts.values()
                .forEach(attempt -> leases.computeIfAbsent(attempt.worker(), _ -> new HashSet<>())
                        .add(attempt.lease()));
        return leases;
    }

    void carryOut(Decision decision) {
        switch (decision) {
            case Decision.Accepted(var waiter, var id) -> accepted(waiter, id);
            case Decision.Joined(var waiter, var id, var _) -> joined(waiter, id);
            case Decision.Queued(var id, var reason) -> requeued(execution(id), reason);
            case Decision.Assigned(var lease, var id, var worker) -> assigned(lease, id, worker);
            case Decision.Adopted(var lease, var id, var worker) -> adopted(lease, id, worker);
            case Decision.Unclaimed(var lease, var key) -> unclaimed(lease, key);
            case Decision.Declined(var waiter, var reason) -> declined(waiter, reason);
            case Decision.Requeued(var id, var fault, var reason, var attempt, var _) ->
                requeued(
                        execution(id),
                        fault.filter(Fault::counts).isPresent()
                                ? "Attempt %d failed: %s".formatted(attempt - 1, reason)
                                : reason);
            case Decision.Revoked(var lease, var _, var _) -> revoked(lease);
            case Decision.Ended(var id, var stakes, var verdict) -> concluded(id, stakes, verdict);
            case Decision.Gone _, Decision.Detached _ -> {}
        }
    }

    private void declined(WaiterId waiter, String reason) {
        remove(waiter)
                .ifPresent(left ->
                        left.stake().complete(new Outcome.NotRun(new Failure.Overloaded(reason, DECLINED_FOR))));
    }

    private void accepted(WaiterId waiter, ExecutionId id) {
        var pending = pending(waiter);
        var execution = new LiveExecution(id, pending.request(), pending.admission(), clock.instant());
        executions.put(id, execution);
        pending.got(execution);
    }

    private void joined(WaiterId waiter, ExecutionId id) {
        var pending = pending(waiter);
        var execution = execution(id);
        pending.got(execution);
        var observer = pending.stake().observer();
        execution
                .attempt()
                .ifPresentOrElse(
                        attempt -> {
                            observer.running(attempt.worker(), true);
                            attempt.log().follow(observer);
                        },
                        () -> observer.queued("An equal action is queued already"));
    }

    private void assigned(LeaseId lease, ExecutionId id, WorkerId worker) {
        firstLease = Math.min(firstLease, lease.value());
        var execution = execution(id);
        begin(execution, new Attempt(lease, worker, execution.key(), newLog(lease)));
        unnamed.add(worker, lease, execution.key(), clock.instant());
        delivery.accept(worker, execution.lease(lease));
    }

    private void adopted(LeaseId lease, ExecutionId id, WorkerId worker) {
        var execution = execution(id);
        begin(execution, unpark(lease).orElseGet(() -> new Attempt(lease, worker, execution.key(), newLog(lease))));
    }

    private void begin(LiveExecution execution, Attempt attempt) {
        attempts.put(attempt.lease(), attempt);
        execution.begin(attempt);
    }

    private void unclaimed(LeaseId lease, String key) {
        unpark(lease).ifPresent(attempt -> {
            attempt.log().close();
            attempt.outcome().ifPresent(outcome -> late.add(key, outcome, clock.instant()));
        });
    }

    private void revoked(LeaseId lease) {
        unpark(lease).ifPresent(attempt -> attempt.log().close());
        // What becomes of the execution is said next.
        find(lease).ifPresent(this::forget);
    }

    private void requeued(LiveExecution execution, String reason) {
        var refused = execution.attempt().filter(Attempt::isRefused).isPresent();
        endAttempt(execution);
        execution.tellQueued(refused ? "Waits for another worker" : reason);
    }

    private void concluded(ExecutionId id, List<WaiterId> stakes, Verdict verdict) {
        var execution = execution(id);
        var outcome = switch (verdict) {
            case Verdict.Done _ -> execution.outcome().orElseThrow();
            case Verdict.Cancelled(var by) -> new Outcome.Cancelled(by);
            case Verdict.GaveUp(var reason, var _) -> new Outcome.NotRun(new Failure.Unavailable(reason));
            case Verdict.NobodyFits(var reason, var _) -> new Outcome.NotRun(new Failure.Unsupported(reason));
        };
        endAttempt(execution);
        executions.remove(id);
        for (var waiter : stakes) {
            remove(waiter).ifPresent(pending -> pending.stake().complete(outcome));
        }
    }

    private void endAttempt(LiveExecution execution) {
        execution.attempt().ifPresent(this::forget);
        execution.end();
    }

    private void forget(Attempt attempt) {
        attempts.remove(attempt.lease());
        unnamed.remove(attempt.worker(), attempt.lease()::equals);
    }

    private Pending pending(WaiterId waiter) {
        var pending = waiters.get(waiter);
        if (pending == null) {
            throw new IllegalStateException("The scheduler speaks of waiter %s, whom nobody knows".formatted(waiter));
        }
        return pending;
    }

    private LiveExecution execution(ExecutionId id) {
        var execution = executions.get(id);
        if (execution == null) {
            throw new IllegalStateException("The scheduler speaks of execution %s, which nobody knows".formatted(id));
        }
        return execution;
    }

    /// Ends everything: whoever still waits gets `outcome`.
    void endAll(Outcome outcome) {
        for (var waiter : List.copyOf(waiters.keySet())) {
            remove(waiter).ifPresent(pending -> pending.stake().complete(outcome));
        }
        attempts.values().forEach(attempt -> attempt.log().close());
        attempts.clear();
        unnamed.clear();
        parked.clear();
        executions.clear();
    }
}
