// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells the farm how attempts ended: again and again while it does not answer, for as long as a farm that comes
/// back would take up their leases again. Thread-safe.
final class Report {
    private static final System.Logger LOG = System.getLogger(Report.class.getName());
    private static final Duration GRACE = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final WorkSource source;
    private final CountDownLatch closed;

    /// @param closed when the worker waits for nothing any more
    Report(WorkSource source, CountDownLatch closed) {
        this.source = source;
        this.closed = closed;
    }

    /// Returns when the farm knows, does not want to know, or cannot be told.
    void deliver(Attempt attempt, Outcome outcome) {
        var end = System.nanoTime() + GRACE.toNanos();
        var backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        try {
            var again = false;
            while (!deliverOnce(attempt, outcome, again)) {
                if (System.nanoTime() > end || closed.await(backoff.pause().toNanos(), TimeUnit.NANOSECONDS)) {
                    LOG.log(
                            Level.WARNING,
                            "The farm was not told how lease `{0}` ended",
                            attempt.lease().id());
                    return;
                }
                again = true;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// @param again whether it was tried before: the farm may have lost what it was told
    private boolean deliverOnce(Attempt attempt, Outcome outcome, boolean again) throws InterruptedException {
        var lease = attempt.lease().id();
        try {
            if (!(outcome instanceof Outcome.NotRun) && !attempt.passLog(again)) {
                return false;
            }
            source.finish(lease, outcome);
            return true;
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.Unavailable || e.failure() instanceof Failure.Overloaded) {
                return false;
            }
            LOG.log(Level.DEBUG, "The outcome of lease `%s` is not wanted: %s".formatted(lease, e.getMessage()));
            return true;
        }
    }
}
