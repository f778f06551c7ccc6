// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
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
        var open = services.book().underWay().size();
        var rest = open == 0
                ? ""
                : "; %d unfinished build%s at the next command".formatted(open, open == 1 ? " goes on" : "s go on");
        console.invocation().caller().requestStop("The background process has ended" + rest);
        return ExitCode.OK;
    }
}
