// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Does something whenever its time has come, on a thread of its own. Thread-safe.
final class Alarm implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Alarm.class.getName());

    /// So that a job which wants to be done again in the past does not take a whole core.
    private static final long SHORTEST_MILLIS = 1;

    private static final long LONGEST_MILLIS = Duration.ofMinutes(1).toMillis();

    private final InstantSource clock;
    private final Runnable job;
    private final Thread thread;

    @GuardedBy("this")
    private Optional<Instant> due = Optional.empty();

    @GuardedBy("this")
    private boolean closed;

    /// @param job may [#set] the alarm anew; what it throws is logged
    Alarm(String name, InstantSource clock, Runnable job) {
        this.clock = clock;
        this.job = job;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    Alarm start() {
        thread.start();
        return this;
    }

    /// Says when the job is to be done next, in place of what was said before; empty for never.
    synchronized void set(Optional<Instant> next) {
        var sooner = next.isPresent() && (due.isEmpty() || next.get().isBefore(due.get()));
        due = next;
        if (sooner) {
            notifyAll();
        }
    }

    private void run() {
        try {
            while (awaitDue()) {
                doOnce();
            }
        } catch (InterruptedException _) {
            // close() wants an end of it.
        }
    }

    private void doOnce() {
        try {
            job.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Thread `%s` met a bug".formatted(thread.getName()), e);
            set(Optional.of(clock.instant().plusSeconds(1)));
        }
    }

    private synchronized boolean awaitDue() throws InterruptedException {
        for (var millis = SHORTEST_MILLIS; !closed && millis > 0; millis = leftMillis()) {
            wait(Math.min(millis, LONGEST_MILLIS));
        }
        due = Optional.empty();
        return !closed;
    }

    @GuardedBy("this")
    private long leftMillis() {
        if (due.isEmpty()) {
            return LONGEST_MILLIS;
        }
        var left = Duration.between(clock.instant(), due.get());
        // A part of a millisecond counts as a whole one, so that it is not too early afterwards.
        return left.isPositive() ? left.plusNanos(999_999).toMillis() : 0;
    }

    /// Ends the thread, and waits for it: a job that is being done is interrupted.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
