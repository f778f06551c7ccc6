// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;

/// Finds out which workers are not well, and keeps them in quarantine: for a minute, then for twice as long each
/// time, up to an hour. A worker leaves it by running one thing, its canary, to a good end.
final class Infirmary {
    // Who is to blame for a failed attempt, worker or action? As in Launchpad, both are counted. An action that
    // fails for the first time blames the worker alone; on the second worker it blames that one half as much, and
    // so on; and however often it fails on one worker, it blames it once. So a worker is suspected only if
    // different actions fail on it. An action that comes to be known for losing workers blames none of them.
    private static final int MAX_ABSENT = 4096;

    private static final SequencedMap<WorkerId, Double> NOBODY = new LinkedHashMap<>(0);

    private final Roster roster;
    private final Map<WorkerId, Health> present = new HashMap<>();
    private final SequencedMap<WorkerId, Health> absent = new LinkedHashMap<>();
    private final Map<ExecutionId, SequencedMap<WorkerId, Double>> blamed = new HashMap<>();
    private final TreeSet<Health> quarantined =
            new TreeSet<>(Comparator.comparingLong(Health::untilNanos).thenComparing(health -> health.worker.name()));

    Infirmary(Roster roster) {
        this.roster = roster;
    }

    /// Returns what is known of a worker that joins: it may have been here before.
    Health admit(WorkerId worker) {
        var known = absent.remove(worker);
        var health = known == null ? new Health(worker) : known;
        present.put(worker, health);
        return health;
    }

    /// Notes that a worker left. Of those that are not well, the last ones are remembered.
    void depart(WorkerId worker) {
        var health = present.remove(worker);
        if (health == null || health.spotless()) {
            return;
        }
        absent.putLast(worker, health);
        if (absent.size() > MAX_ABSENT) {
            quarantined.remove(absent.pollFirstEntry().getValue());
        }
    }

    void succeeded(ActiveLease lease, long now) {
        lease.worker.health.succeeded(lease, now);
    }

    /// Blames a worker as far as it may be to blame.
    void failed(ActiveLease lease, Execution execution, FailedAttempt attempt, long now) {
        var health = lease.worker.health;
        var blame = RetryRule.of(attempt.fault()).blame();
        if (blame == RetryRule.Blame.NONE) {
            return;
        }
        var weights = blamed.computeIfAbsent(execution.id, _ -> new LinkedHashMap<>(2));
        if (!weights.containsKey(health.worker)) {
            var weight = 1.0 / (weights.size() + 1);
            weights.put(health.worker, weight);
            health.failed(weight, now);
        }
        // Nobody is kept in quarantine who cannot be replaced: whoever waits would not get an answer sooner, only
        // later. A canary that fails may say that for now there is none.
        var certain = blame == RetryRule.Blame.CERTAIN;
        if (lease.canary || ((certain || isNewlySuspicious(health, now)) && othersAreWell(lease.worker))) {
            quarantine(health, attempt.reason(), certain, now);
        }
    }

    private static boolean isNewlySuspicious(Health health, long now) {
        return health.standing() == Standing.TAKING && health.suspicious(now);
    }

    private void quarantine(Health health, String reason, boolean certain, long now) {
        quarantined.remove(health);
        health.quarantine(reason, certain, now);
        quarantined.add(health);
    }

    private boolean othersAreWell(Worker worker) {
        return roster.all().stream().anyMatch(other -> other != worker && other.standing() == Standing.TAKING);
    }

    /// Takes back all blame for an execution, which is to blame itself.
    ///
    /// @return the workers that leave quarantine for that
    List<WorkerId> absolve(Execution execution, long now) {
        var released = new ArrayList<WorkerId>(0);
        blamed.getOrDefault(execution.id, NOBODY).forEach((worker, weight) -> {
            var health = present.getOrDefault(worker, absent.get(worker));
            if (health != null && wasLost(execution, worker)) {
                health.forgive(weight);
                if (health.isSuspect() && !health.suspicious(now)) {
                    quarantined.remove(health);
                    health.release(now);
                    released.add(worker);
                }
            }
        });
        blamed.remove(execution.id);
        return released;
    }

    private static boolean wasLost(Execution execution, WorkerId worker) {
        return execution.failed.stream()
                .anyMatch(attempt ->
                        attempt.fault() == Fault.WORKER_LOST && attempt.worker().equals(worker));
    }

    /// Forgets who was blamed for an execution that has ended.
    void forget(Execution execution) {
        blamed.remove(execution.id);
    }

    /// Returns the workers whose quarantine is over: they are on probation now.
    List<WorkerId> releaseDue(long now) {
        var due = new ArrayList<WorkerId>(0);
        while (!quarantined.isEmpty() && quarantined.first().untilNanos() <= now) {
            var health = quarantined.pollFirst();
            health.beginProbation();
            due.add(health.worker);
        }
        return due;
    }

    Optional<Long> nextDueNanos() {
        return quarantined.isEmpty()
                ? Optional.empty()
                : Optional.of(quarantined.first().untilNanos());
    }
}
