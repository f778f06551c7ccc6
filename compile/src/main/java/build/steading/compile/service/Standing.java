// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Whether the farm gets anything done, as far as this process has seen. Thread-safe.
final class Standing {
    /// How long the farm is left alone after it has failed, but for one probe.
    private static final Duration PAUSE = Duration.ofSeconds(3);

    /// How long nothing may move until a queue counts as stuck.
    private static final Duration STUCK = Duration.ofSeconds(2);

    private static final int FAILURES = 3;

    private final LongSupplier nanos;

    @GuardedBy("this")
    private int running;

    @GuardedBy("this")
    private int failures;

    @GuardedBy("this")
    private String trouble = "";

    @GuardedBy("this")
    private long lastMove;

    @GuardedBy("this")
    private long awayUntil;

    /// @param nanos a clock as [System#nanoTime] is one
    Standing(LongSupplier nanos) {
        this.nanos = nanos;
        this.lastMove = nanos.getAsLong();
    }

    /// Returns whether a compile may go to the farm.
    synchronized boolean mayTry() {
        if (failures < FAILURES || running > 0) {
            return true;
        }
        var now = nanos.getAsLong();
        if (now - awayUntil < 0) {
            return false;
        }
        awayUntil = now + PAUSE.toNanos();
        return true;
    }

    /// Returns whether the farm did what it was asked for the last time.
    synchronized boolean isGood() {
        return failures == 0;
    }

    /// Returns why the farm failed the last time.
    synchronized String trouble() {
        return trouble;
    }

    /// Returns whether nothing has run, begun or ended while somebody waited, and he has waited for long.
    synchronized boolean isStuckFor(Duration waited) {
        var still = Duration.ofNanos(nanos.getAsLong() - lastMove);
        return running == 0 && still.compareTo(STUCK) > 0 && waited.compareTo(STUCK) > 0;
    }

    synchronized void begun() {
        running++;
        lastMove = nanos.getAsLong();
    }

    synchronized void ended() {
        running--;
        lastMove = nanos.getAsLong();
    }

    synchronized void succeeded() {
        failures = 0;
        lastMove = nanos.getAsLong();
    }

    /// @param why it got something not done, for people
    synchronized void failed(String why) {
        trouble = why;
        failures++;
        if (failures == FAILURES) {
            awayUntil = nanos.getAsLong() + PAUSE.toNanos();
        }
    }
}
