// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The queued executions for which no connected worker fits, in the order in which that began.
final class Stranded {
    // Their time is counted by a clock that stands still while no worker at all is connected.
    private final long patienceNanos;
    private final SequencedMap<Execution, Long> since = new LinkedHashMap<>();
    private long now = Long.MIN_VALUE;
    private long connectedNanos;
    private boolean connected;

    Stranded(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /// Says what time it is. To be called before anything else at that time.
    void pass(long time) {
        if (connected) {
            connectedNanos += time - now;
        }
        now = time;
    }

    /// Says whether any worker is connected.
    void connected(boolean any) {
        connected = any;
    }

    /// To be called when an execution is queued.
    void add(Execution execution) {
        if (execution.requirement.fitting().isEmpty()) {
            since.putLast(execution, connectedNanos);
        }
    }

    void remove(Execution execution) {
        if (!since.isEmpty()) {
            since.remove(execution);
        }
    }

    /// To be called when no worker fits any more.
    void strand(RequirementClass requirement) {
        requirement.lanes.values().stream().flatMap(lane -> lane.all().stream()).forEach(this::add);
    }

    /// To be called when some worker fits.
    void rescue(RequirementClass requirement) {
        requirement.lanes.values().stream().flatMap(lane -> lane.all().stream()).forEach(since::remove);
    }

    /// Returns the first execution whose time is up; null if there is none.
    @Nullable
    Execution due() {
        return !since.isEmpty() && since.firstEntry().getValue() + patienceNanos <= connectedNanos
                ? since.firstEntry().getKey()
                : null;
    }

    /// Returns how much longer the execution waits for a worker that fits, not counting the time while there is
    /// no worker at all; empty if some worker fits.
    Optional<Duration> remaining(Execution execution) {
        return Optional.ofNullable(since.get(execution))
                .map(start -> Duration.ofNanos(start + patienceNanos - connectedNanos));
    }

    Optional<Long> nextDueNanos() {
        return since.isEmpty() || !connected
                ? Optional.empty()
                : Optional.of(now + since.firstEntry().getValue() + patienceNanos - connectedNanos);
    }
}
