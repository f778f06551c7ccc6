// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.platform.ForeignPlatform;
import build.steading.platform.Properties;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// What workers are, and what those were that left not long ago: by this it is judged whether a platform can be
/// met at all, or to wait for a worker would be in vain. `docs/remote-execution.md` argues the rule.
///
/// Thread-safe: one lock guards all state, and nothing blocks while it is held. Judgements are kept until
/// something changes, so that their cost does not grow with the number of workers.
final class Offerings {
    /// For how long after the first worker came it may be that others are about to come back.
    static final Duration SETTLING = Duration.ofSeconds(10);

    private static final int MAX_GONE = 1_000;
    private static final int MAX_JUDGED = 256;

    private final Duration memory;

    @GuardedBy("this")
    private final Map<WorkerId, Properties> present = new HashMap<>();

    @GuardedBy("this")
    private final SequencedMap<WorkerId, Departure> gone = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Map<ForeignPlatform, Optional<String>> judged = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ForeignPlatform, Optional<String>> eldest) {
            return size() > MAX_JUDGED;
        }
    };

    @GuardedBy("this")
    private Optional<Instant> settles = Optional.empty();

    @GuardedBy("this")
    private boolean settled;

    private record Departure(Properties properties, Instant at) {}

    /// @param memory for how long a worker that left may be about to come back
    Offerings(Duration memory) {
        this.memory = memory;
    }

    /// Notes what a worker is.
    synchronized void came(WorkerId worker, Properties properties, Instant now) {
        if (present.isEmpty()) {
            settles = Optional.of(now.plus(SETTLING));
            settled = false;
        }
        var before = present.put(worker, properties);
        if (gone.remove(worker) != null || !properties.equals(before)) {
            judged.clear();
        }
    }

    /// Notes that a worker is no longer there.
    synchronized void left(WorkerId worker, Instant now) {
        var before = present.remove(worker);
        if (before == null) {
            return;
        }
        gone.putLast(worker, new Departure(before, now));
        if (gone.size() > MAX_GONE) {
            gone.pollFirstEntry();
        }
        judged.clear();
    }

    /// Returns when the farm will have settled; empty if it has, or has no worker.
    synchronized Optional<Instant> nextDue() {
        return present.isEmpty() || settled ? Optional.empty() : settles;
    }

    /// Returns whether the farm has settled just now: what was not objected to before may have to be.
    synchronized boolean takeSettled(Instant now) {
        var due = nextDue().filter(at -> !now.isBefore(at)).isPresent();
        settled |= due;
        return due;
    }

    /// Returns how an action ends at once for which it would be in vain to wait for a worker; empty if not.
    Optional<Outcome> refusal(Admission admission, Instant now) {
        return objection(admission.platform(), now).map(reason -> new Outcome.NotRun(new Failure.Unsupported(reason)));
    }

    /// Returns why it is in vain to wait for a worker that meets `platform`; empty if one does, or may be about
    /// to come.
    synchronized Optional<String> objection(ForeignPlatform platform, Instant now) {
        if (platform.properties().isEmpty()
                || present.isEmpty()
                || settles.filter(now::isBefore).isPresent()) {
            return Optional.empty();
        }
        while (!gone.isEmpty()
                && !now.isBefore(gone.firstEntry().getValue().at().plus(memory))) {
            gone.pollFirstEntry();
            judged.clear();
        }
        var known = judged.get(platform);
        if (known == null) {
            known = judge(platform);
            judged.put(platform, known);
        }
        return known;
    }

    @GuardedBy("this")
    private Optional<String> judge(ForeignPlatform platform) {
        if (gone.values().stream().anyMatch(departure -> platform.isMetBy(departure.properties()))) {
            return Optional.empty();
        }
        var kinds = new LinkedHashMap<Properties, Integer>();
        present.values().forEach(properties -> kinds.merge(properties, 1, Integer::sum));
        return platform.complaint(kinds);
    }
}
