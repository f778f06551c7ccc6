// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a worker's attempts say about the worker. All times are in nanoseconds since the epoch.
final class Health {
    // The score is the mean of a Beta distribution: how likely the next attempt is to fail by the worker's fault,
    // after so many failures and successes, both of which halve with every half-life.
    private static final double HALF_LIFE_NANOS = Duration.ofMinutes(30).toNanos();
    private static final double MIN_FAILURES = 3;
    private static final double MAX_SCORE = 0.5;

    /// How far rounding, and the decay during a few seconds, may take failures from a whole number.
    private static final double SLACK = 0.1;

    /// How long a worker is well until its earlier quarantines no longer make the next one longer.
    private static final long TRUST_NANOS = Duration.ofHours(1).toNanos();

    /// After so many the next one takes no longer.
    private static final int MAX_QUARANTINES = 7;

    private static final long FIRST_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long LONGEST_NANOS = Duration.ofHours(1).toNanos();

    final WorkerId worker;
    private Standing standing = Standing.TAKING;
    private String reason = "";
    private boolean certain;
    private double failures;
    private double successes;
    private long updatedNanos;
    private long untilNanos;
    private long releasedNanos;
    private int quarantines;
    private @Nullable ActiveLease canary;

    Health(WorkerId worker) {
        this.worker = worker;
    }

    Standing standing() {
        return standing;
    }

    /// Returns why the worker is, or last was, in quarantine; empty if it never was.
    String reason() {
        return reason;
    }

    /// Returns when the quarantine ends; only while there is one.
    long untilNanos() {
        return untilNanos;
    }

    boolean mayTakeMore() {
        return standing == Standing.TAKING || (standing == Standing.ON_PROBATION && canary == null);
    }

    Snapshot.Health status(long now) {
        var quarantined = standing != Standing.TAKING;
        return new Snapshot.Health(
                score(now),
                quarantined,
                quarantined ? reason : "",
                standing == Standing.QUARANTINED ? Optional.of(Nanos.toInstant(untilNanos)) : Optional.empty());
    }

    /// Returns whether there is nothing worth remembering.
    boolean spotless() {
        return standing == Standing.TAKING && failures < SLACK && quarantines == 0;
    }

    double score(long now) {
        var factor = decayed(now);
        return (failures * factor + 1) / ((failures + successes) * factor + 2);
    }

    boolean suspicious(long now) {
        return score(now) >= MAX_SCORE && failures * decayed(now) > MIN_FAILURES - SLACK;
    }

    void granted(ActiveLease lease) {
        if (standing == Standing.ON_PROBATION) {
            lease.canary = true;
            canary = lease;
        }
    }

    void closed(ActiveLease lease) {
        if (canary == lease) {
            canary = null;
        }
    }

    void succeeded(ActiveLease lease, long now) {
        decay(now);
        successes++;
        if (lease.canary && standing == Standing.ON_PROBATION) {
            release(now);
        }
    }

    void failed(double weight, long now) {
        decay(now);
        failures += weight;
    }

    /// Takes a failure back that turned out not to be the worker's fault.
    void forgive(double weight) {
        failures = Math.max(0, failures - weight);
    }

    /// Begins a quarantine, twice as long as the last one; or begins the present one anew.
    ///
    /// @param beyondDoubt whether it is certain that the worker is at fault
    void quarantine(String why, boolean beyondDoubt, long now) {
        if (standing == Standing.TAKING && now - releasedNanos > TRUST_NANOS) {
            quarantines = 0;
        }
        if (standing != Standing.QUARANTINED) {
            quarantines = Math.min(MAX_QUARANTINES, quarantines + 1);
        }
        standing = Standing.QUARANTINED;
        reason = why;
        certain |= beyondDoubt;
        untilNanos = now + Math.min(LONGEST_NANOS, FIRST_NANOS << (quarantines - 1));
    }

    /// Returns whether the worker is in quarantine, or on probation, for what may be the fault of others.
    boolean isSuspect() {
        return standing != Standing.TAKING && !certain;
    }

    void beginProbation() {
        standing = Standing.ON_PROBATION;
    }

    void release(long now) {
        standing = Standing.TAKING;
        certain = false;
        failures = 0;
        releasedNanos = now;
    }

    private void decay(long now) {
        var factor = decayed(now);
        failures *= factor;
        successes *= factor;
        updatedNanos = now;
    }

    /// Returns what is left by now of what was counted.
    private double decayed(long now) {
        return failures + successes == 0 ? 1 : Math.pow(0.5, (now - updatedNanos) / HALF_LIFE_NANOS);
    }
}
