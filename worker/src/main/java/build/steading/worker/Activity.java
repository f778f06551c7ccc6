// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.schedule.LeaseId;
import build.steading.worker.terms.Availability;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Keeps account of what runs, what memory it may use, and how much has ended how. Thread-safe.
final class Activity {
    private final InstantSource clock;

    /// What an action counts for that sets itself no limit.
    private final long shareBytes;

    @GuardedBy("this")
    private final Map<LeaseId, Running> running = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Map<String, Long> endings = new TreeMap<>();

    @GuardedBy("this")
    private final Profile profile = new Profile();

    Activity(InstantSource clock, long shareBytes) {
        this.clock = clock;
        this.shareBytes = shareBytes;
    }

    /// @param memoryBytes what the action may use; 0 until it is known
    record Running(Lease lease, Instant since, long memoryBytes) {}

    synchronized void begin(Lease lease) {
        var now = clock.instant();
        running.put(lease.id(), new Running(lease, now, 0));
        profile.running(running.size(), now);
    }

    /// Takes memory for an action, if there is enough left for it.
    ///
    /// @param bytes 0 if the action has no limit
    /// @param all what all actions together may use
    synchronized boolean claim(LeaseId id, long bytes, long all) {
        var action = running.get(id);
        var wanted = bytes == 0 ? shareBytes : bytes;
        if (action == null || wanted > all - use().memoryBytes()) {
            return false;
        }
        running.put(id, new Running(action.lease(), action.since(), wanted));
        return true;
    }

    synchronized void end(LeaseId id, Outcome outcome) {
        running.remove(id);
        endings.merge(name(outcome), 1L, Long::sum);
        profile.running(running.size(), clock.instant());
        outcome.made().ifPresent(made -> profile.add(made.getExecutionMetadata()));
    }

    /// Returns what attempts have spent their time on, see [Profile#steps].
    synchronized Map<String, Object> steps() {
        return profile.steps();
    }

    /// Returns how many attempts ran at a time, see [Profile#load].
    synchronized List<Map<String, Object>> load() {
        return profile.load(clock.instant());
    }

    synchronized Availability.Use use() {
        return new Availability.Use(
                running.size(),
                running.values().stream().mapToLong(Running::memoryBytes).sum());
    }

    /// Returns what runs now, oldest first.
    synchronized List<Running> running() {
        return new ArrayList<>(running.values());
    }

    /// Returns how many attempts have ended in which way since the worker started.
    synchronized Map<String, Long> endings() {
        return new TreeMap<>(endings);
    }

    private static String name(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed completed -> completed.result().getExitCode() == 0 ? "succeeded" : "failed";
            case Outcome.TimedOut _ -> "timed-out";
            case Outcome.OutOfMemory _ -> "out-of-memory";
            case Outcome.Rejected _ -> "rejected";
            case Outcome.Cancelled _ -> "cancelled";
            case Outcome.Refused _ -> "refused";
            case Outcome.NotRun(var _, var fault) ->
                "not-run-" + fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
        };
    }
}
