// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// The moment after a restart in which nothing is assigned: what is submitted again may be running somewhere.
final class RestartWait {
    private final long patienceNanos;
    private final Set<WorkerId> expected = new HashSet<>();
    private long untilNanos;

    RestartWait(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    boolean goesOn() {
        return !expected.isEmpty();
    }

    /// Returns for how many workers it goes on.
    int missing() {
        return expected.size();
    }

    long untilNanos() {
        return untilNanos;
    }

    void begin(Set<WorkerId> workers, long now) {
        expected.addAll(workers);
        untilNanos = now + patienceNanos;
    }

    /// Notes that a worker is back, or gone for good.
    ///
    /// @return whether that ends the wait
    boolean settle(WorkerId worker) {
        return expected.remove(worker) && expected.isEmpty();
    }

    /// Ends the wait if its time is up; returns whether it does.
    boolean endIfDue(long now) {
        if (!goesOn() || now < untilNanos) {
            return false;
        }
        expected.clear();
        return true;
    }

    Optional<Long> nextDueNanos() {
        return goesOn() ? Optional.of(untilNanos) : Optional.empty();
    }
}
