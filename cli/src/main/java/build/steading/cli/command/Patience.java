// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.auth.Credentials;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import java.time.Duration;

/// Waits for a farm that does not answer, on behalf of a command about builds that the farm has taken: they go
/// on, or will, so it is no error of the command. Where there is no farm but this process, nothing is worth
/// waiting for.
final class Patience {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Services services;
    private final Console console;
    private boolean said;

    Patience(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    /// Does something that needs the farm, and does it again until the farm answers.
    ///
    /// @param step may be done in part, and then once more
    void await(Runnable step) throws InterruptedException {
        var backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (!done(step)) {
            Thread.sleep(backoff.pause());
        }
    }

    private boolean done(Runnable step) {
        try {
            step.run();
            return true;
        } catch (SteadingException e) {
            if (!mayPass(e.failure())) {
                throw e;
            }
            if (!said) {
                said = true;
                console.say(
                        "The farm does not answer, and is waited for: %s",
                        e.failure().message());
            }
            return false;
        }
    }

    private boolean mayPass(Failure failure) {
        return failure instanceof Failure.Unavailable
                && !Thread.currentThread().isInterrupted()
                && services.credentials().filter(Credentials::joined).isPresent();
    }
}
