// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.auth.JoinToken;
import build.steading.auth.Role;
import build.steading.auth.TokenTerms;
import build.steading.cli.command.HelpOption;
import build.steading.cli.command.ServerCommand;
import build.steading.cli.command.WorkerCommand;
import build.steading.cli.door.BackgroundProcess;
import build.steading.cli.door.ExitCode;
import build.steading.cli.door.Home;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// The process of a role that somebody starts in the foreground: `steading server` or `steading worker`.
final class RoleProcess {
    private static final Duration FIRST_TOKENS = Duration.ofDays(1);

    private final Home home;
    private final String buildId;
    private final String version;

    /// What people see; the streams themselves go to the log.
    private final PrintStream out = System.out;

    private final PrintStream err = System.err;

    RoleProcess(Home home, String buildId, String version) {
        this.home = home;
        this.buildId = buildId;
        this.version = version;
    }

    /// Runs until it is ended.
    ///
    /// @param arguments as typed, the role first
    /// @return the exit code
    /// @throws build.steading.failure.SteadingException if it cannot start
    int run(List<String> arguments) throws InterruptedException {
        var rest = arguments.subList(1, arguments.size());
        if (arguments.getFirst().equals("server")) {
            var command = new ServerCommand();
            var done = parsed("steading server", command, rest);
            return done.isPresent() ? done.get() : serve(command);
        }
        var command = new WorkerCommand();
        var done = parsed("steading worker", command, rest);
        return done.isPresent() ? done.get() : new FarmWorker(home, command, out).run();
    }

    /// Returns the exit code if there is nothing more to do.
    private Optional<Integer> parsed(String name, Callable<Integer> command, List<String> arguments) {
        var line = new CommandLine(command).setCommandName(name).addMixin("help", new HelpOption());
        line.setAbbreviatedOptionsAllowed(false);
        try {
            var result = line.parseArgs(arguments.toArray(String[]::new));
            if (CommandLine.printHelpIfRequested(result)) {
                return Optional.of(ExitCode.OK);
            }
            return Optional.empty();
        } catch (ParameterException e) {
            err.println("steading: " + e.getMessage());
            err.println("Try `%s --help`".formatted(name));
            return Optional.of(ExitCode.USAGE);
        }
    }

    private int serve(ServerCommand command) throws InterruptedException {
        var names = new HashSet<>(command.hosts());
        if (names.isEmpty()) {
            names.add(LocalWorker.hostName());
        }
        var listening = command.listen().getAddress();
        if (!listening.isAnyLocalAddress()) {
            names.add(listening.getHostAddress());
        }
        var shown = listening.isAnyLocalAddress() || !command.hosts().isEmpty()
                ? names.stream().sorted().findFirst().orElseThrow()
                : listening.getHostAddress();
        names.addAll(Set.of("localhost", "127.0.0.1"));
        var writers = command.resultWriters();
        var places = new FarmServer.Places(command.listen(), command.status(), names);
        BackgroundProcess.run(home, BackgroundProcess.Settings.lasting(buildId), _ -> {
            var server = new FarmServer(home, places, writers, version);
            introduce(server, shown);
            return server;
        });
        return ExitCode.OK;
    }

    /// Says where the server is, and to the first one who starts it, how others join.
    private void introduce(FarmServer server, String host) {
        var address = "%s:%d".formatted(host, server.port());
        out.println("Steading serves `grpcs://%s`, status at `https://%s:%d/status`"
                .formatted(address, host, server.statusPort()));
        if (!server.hasMembers()) {
            out.println("On a worker:  steading worker --join %s --token %s"
                    .formatted(address, token(server, TokenTerms.once(Role.WORKER, FIRST_TOKENS))));
            out.println("As an admin:  steading join %s --token %s"
                    .formatted(address, token(server, TokenTerms.once(Role.ADMIN, FIRST_TOKENS))));
            out.println("Each holds once, for a day. More: `steading token create worker`, here or as an admin");
        }
        out.flush();
    }

    private static String token(FarmServer server, TokenTerms terms) {
        var made = server.tokens().create(terms, "local");
        return new JoinToken(server.authority().fingerprint(), made.secret()).text();
    }
}
