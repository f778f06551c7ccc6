// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.failure.ByteSize;
import build.steading.platform.Consent;
import build.steading.platform.Fit;
import build.steading.platform.Policy;
import build.steading.platform.Properties;
import build.steading.platform.Surroundings;
import build.steading.schedule.LeaseId;
import build.steading.worker.host.Readings;
import build.steading.worker.terms.Terms;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// Decides whether what has been leased is run here: the farm's word is not enough. Thread-safe.
final class Gate {
    /// Actions end all the time.
    private static final Duration WAIT_FOR_MEMORY = Duration.ofSeconds(10);

    private final Terms terms;
    private final Readings readings;
    private final Supplier<Properties> properties;
    private final Activity activity;

    /// @param properties what the worker is
    Gate(Terms terms, Readings readings, Supplier<Properties> properties, Activity activity) {
        this.terms = terms;
        this.readings = readings;
        this.properties = properties;
        this.activity = activity;
    }

    /// Returns why the worker is not willing to run this, if it is not. To be asked before anything is fetched.
    Optional<Outcome> objection(Lease lease) {
        var policy = terms.policy();
        if (policy.equals(Policy.ANYTHING)) {
            return Optional.empty();
        }
        var surroundings = new Surroundings(readings.now(), readings.onBattery(), readings.load());
        return switch (policy.check(lease.facts(), surroundings)) {
            case Consent.Given _ -> Optional.empty();
            case Consent.Withheld(var reason, var askAgainAfter) ->
                Optional.of(new Outcome.Refused(reason, askAgainAfter));
        };
    }

    /// Returns why the worker cannot run this, if it cannot. If it can, the memory that the action may use is
    /// taken until its lease ends.
    Optional<Outcome> objection(LeaseId lease, Task task) {
        return switch (task.requirement().check(properties.get())) {
            case Fit.Misfit(var reason) -> Optional.of(new Outcome.Refused(reason, Optional.empty()));
            case Fit.Fits _ -> shortage(lease, task);
        };
    }

    private Optional<Outcome> shortage(LeaseId lease, Task task) {
        var limit = terms.memoryBytes();
        if (limit.isEmpty() || activity.claim(lease, task.memoryBytes(), limit.getAsLong())) {
            return Optional.empty();
        }
        var all = new ByteSize(limit.getAsLong());
        var wanted = new ByteSize(task.memoryBytes());
        return Optional.of(
                task.memoryBytes() > limit.getAsLong()
                        ? new Outcome.Refused(
                                "the action may use %s memory, the worker gives %s to all".formatted(wanted, all),
                                Optional.empty())
                        : new Outcome.Refused(
                                "too little of the worker's %s memory is free".formatted(all),
                                Optional.of(WAIT_FOR_MEMORY)));
    }
}
