// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// End the background process; unfinished builds go on at the next command.
@Command(name = "stop", description = "End the background process; unfinished builds go on at the next command.")
final class StopCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    StopCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        console.invocation().caller().requestStop("The background process has ended" + rest());
        return ExitCode.OK;
    }

    /// Returns what is said of builds. A farm that cannot be asked keeps no process of ours from its end.
    private String rest() {
        int open;
        try {
            open = services.book().underWay().size();
        } catch (SteadingException e) {
            return "; the farm does not say which builds go on: " + e.failure().message();
        }
        return open == 0
                ? ""
                : "; %d unfinished build%s at the next command".formatted(open, open == 1 ? " goes on" : "s go on");
    }
}
