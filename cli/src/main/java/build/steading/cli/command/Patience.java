// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for a farm that does not answer, on behalf of a command about builds that the farm has taken, or may
/// have: they go on, or will, so it is no error of the command. Where there is no farm but this process, nothing
/// is worth waiting for. Not thread-safe.
final class Patience {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final BooleanSupplier farm;
    private final Console console;
    private final Pause pause;
    private boolean said;

    /// How time passes between two attempts.
    @FunctionalInterface
    interface Pause {
        /// @throws InterruptedException if it is no use to wait any longer
        void take(Duration time) throws InterruptedException;
    }

    /// @param farm whether builds run on a farm at all
    Patience(BooleanSupplier farm, Console console, Pause pause) {
        this.farm = farm;
        this.console = console;
        this.pause = pause;
    }

    /// Does something that needs the farm, and does it again until the farm answers.
    ///
    /// @param step may be done in part, and then once more
    void await(Runnable step) throws InterruptedException {
        var _ = answer(true, () -> {
            step.run();
            return true;
        });
    }

    /// Returns what the farm answers. Once it may have taken what it is asked for, it is asked until it answers:
    /// whoever gave up then, and asked anew, would be given the same twice.
    ///
    /// @param taken whether it may have taken that before now
    /// @param request names what it asks for, so that it may be made again
    <T> T answer(boolean taken, Supplier<T> request) throws InterruptedException {
        var backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        var waits = taken;
        while (true) {
            try {
                return request.get();
            } catch (SteadingException e) {
                waits |= e.failure() instanceof Failure.Unavailable away && away.unanswered();
                if (!waits || !mayPass(e.failure())) {
                    throw e;
                }
                say(e.failure());
            }
            pause.take(backoff.pause());
        }
    }

    private void say(Failure failure) {
        if (!said) {
            said = true;
            console.say("The farm does not answer, and is waited for: %s", failure.message());
        }
    }

    private boolean mayPass(Failure failure) {
        return failure instanceof Failure.Unavailable && !Thread.currentThread().isInterrupted() && farm.getAsBoolean();
    }
}
