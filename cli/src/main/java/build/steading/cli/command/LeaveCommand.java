// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.auth.Credentials;
import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Ends the user's membership of a farm, on this machine.
@Command(name = "leave", description = "Leave the farm that you have joined: builds run on this machine again.")
final class LeaveCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    LeaveCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var credentials = services.credentials()
                .filter(Credentials::joined)
                .orElseThrow(() -> SteadingException.notFound("You have not joined a farm"));
        var server = credentials.server();
        credentials.forget();
        console.invocation()
                .caller()
                .requestStop("Left `%s`; builds there go on, and builds run here from now on".formatted(server));
        return ExitCode.OK;
    }
}
