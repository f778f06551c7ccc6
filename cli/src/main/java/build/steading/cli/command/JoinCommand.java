// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.auth.Credentials;
import build.steading.auth.Identity;
import build.steading.auth.JoinToken;
import build.steading.cli.door.ExitCode;
import build.steading.client.Enrolment;
import build.steading.client.RetryPolicy;
import build.steading.failure.SteadingException;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes the user a member of a farm: from then on, builds run there.
@Command(
        name = "join",
        description = {
            "Join a farm: from then on, your builds run there, and their artifacts appear here.",
            "",
            "The token comes from an admin of the farm (`steading token create builder`). It says by which certificate"
                    + " the farm is known, so nobody can stand in between. Your key never leaves this machine."
        },
        sortOptions = false)
final class JoinCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Parameters(paramLabel = "HOST[:PORT]", description = "Where the farm's server listens.")
    private String address;

    @Option(names = "--token", required = true, paramLabel = "TOKEN", description = "What an admin gave you.")
    private String token;

    @Option(names = "--name", paramLabel = "NAME", description = "What to be called (default: your user name).")
    private String name = "";

    JoinCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var credentials = services.credentials()
                .orElseThrow(() ->
                        SteadingException.invalid("This is the server of a farm: join from another `STEADING_HOME`"));
        var server = Addresses.server(address);
        var wanted = name.isEmpty() && Identity.isName(console.user()) ? console.user() : name;
        if (credentials.joined()) {
            wanted = credentials.identity().name();
            checkMayJoinAgain(credentials, server);
        } else if (!services.book().underWay().isEmpty()) {
            throw SteadingException.invalid("Builds are under way here: wait for them or `steading cancel` them first");
        }
        var identity = new Enrolment(RetryPolicy.STANDARD).join(server, JoinToken.parse(token), wanted, credentials);
        // The next command finds a process that builds on the farm.
        console.invocation()
                .caller()
                .requestStop("Joined `%s` as %s; builds run there from now on".formatted(server, identity.described()));
        return ExitCode.OK;
    }

    /// Who is let in no more joins again by the same key, and so under the same name.
    private void checkMayJoinAgain(Credentials credentials, URI server) {
        var known = credentials.identity();
        if (!server.equals(credentials.server())
                || !(name.isEmpty() || name.equals(known.name()))
                || new Enrolment(RetryPolicy.ONCE).refusal(credentials).isEmpty()) {
            throw SteadingException.invalid(
                    "You have joined `%s` as %s; `steading leave` ends that", credentials.server(), known.described());
        }
    }
}
