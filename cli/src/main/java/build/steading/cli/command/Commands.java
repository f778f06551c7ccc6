// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.CommandRunner;
import build.steading.cli.door.ExitCode;
import build.steading.cli.door.Invocation;
import build.steading.compile.service.Compiles;
import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs what users type after `steading`. Thread-safe: each invocation has its own command objects.
public final class Commands implements CommandRunner {
    private final Optional<Compiles> compiles;
    private final String version;
    private final Function<Console, Map<String, Supplier<Callable<Integer>>>> commands;

    /// All commands.
    public Commands(Services services) {
        this.compiles = services.compiles();
        this.version = services.version();
        this.commands = console -> commands(services, console);
    }

    /// Those of a process that does nothing but to have things compiled.
    public Commands(Compiles compiles, String version) {
        this.compiles = Optional.of(compiles);
        this.version = version;
        this.commands = console -> Map.of("cc", () -> new CcCommand(Optional.of(compiles), console));
    }

    @Override
    public int run(Invocation invocation) throws InterruptedException {
        if (CompilerCall.is(invocation.arguments()) && compiles.isPresent()) {
            return CompilerCall.run(compiles.get(), invocation);
        }
        var console = new Console(invocation);
        var interruption = new Interruption();
        var line = commandLine(console)
                .setExecutionExceptionHandler((e, _, _) -> report(e, console, interruption))
                .setParameterExceptionHandler((e, _) -> usage(e, console));
        var code = line.execute(invocation.arguments().toArray(String[]::new));
        if (interruption.happened) {
            throw new InterruptedException();
        }
        return code;
    }

    @Override
    public Optional<List<String>> repeatable(List<String> arguments) {
        return switch (arguments.isEmpty() ? "" : arguments.getFirst()) {
            case "build", "retry" -> Optional.of(RequestOptions.keyed(arguments));
            case "attach" -> Optional.of(arguments);
            default -> Optional.empty();
        };
    }

    private static final class Interruption {
        private boolean happened;
    }

    /// To look at all commands takes picocli a millisecond: where the first word names one, that one will do.
    private CommandLine commandLine(Console console) {
        var line = new CommandLine(new Top(version));
        line.addMixin("help", new HelpOption());
        var all = commands.apply(console);
        var first = console.invocation().arguments().stream().findFirst().orElse("");
        var named = Optional.ofNullable(all.get(first));
        named.ifPresentOrElse(
                command -> add(line, first, command), () -> all.forEach((name, command) -> add(line, name, command)));
        return line.setOut(console.outWriter())
                .setErr(console.errWriter())
                .setColorScheme(CommandLine.Help.defaultColorScheme(console.colour() ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(Math.clamp(console.columns(), 60, 120))
                .setAbbreviatedOptionsAllowed(false);
    }

    /// Returns every command by its name, in the order in which help shows them.
    private static Map<String, Supplier<Callable<Integer>>> commands(Services services, Console console) {
        var all = new LinkedHashMap<String, Supplier<Callable<Integer>>>();
        all.put("build", () -> new BuildCommand(services, console));
        all.put("status", () -> new StatusCommand(services, console));
        all.put("builds", () -> new BuildsCommand(services, console));
        all.put("show", () -> new ShowCommand(services, console));
        all.put("why", () -> new WhyCommand(services, console));
        all.put("attach", () -> new AttachCommand(services, console));
        all.put("log", () -> new LogCommand(services, console));
        all.put("artifacts", () -> new ArtifactsCommand(services, console));
        all.put("cancel", () -> new CancelCommand(services, console));
        all.put("retry", () -> new RetryCommand(services, console));
        all.put("cc", () -> new CcCommand(services.compiles(), console));
        all.put("join", () -> new JoinCommand(services, console));
        all.put("leave", () -> new LeaveCommand(services, console));
        all.put("executor", () -> new ExecutorCommand(services, console));
        all.put("workers", () -> new WorkersCommand(services, console));
        all.put("top", () -> new TopCommand(services, console));
        all.put("token", () -> new TokenCommand(services, console));
        all.put("server", ServerCommand::new);
        all.put("worker", WorkerCommand::new);
        all.put("stop", () -> new StopCommand(services, console));
        all.put("doctor", () -> new DoctorCommand(services, console));
        all.put("conformance", () -> new ConformanceCommand(services, console));
        all.put("makefile", () -> new MakefileCommand(services, console));
        all.put("schema", () -> new SchemaCommand(console));
        return all;
    }

    private static void add(CommandLine line, String name, Supplier<Callable<Integer>> command) {
        line.addSubcommand(name, new CommandLine(command.get()).addMixin("help", new HelpOption()));
    }

    private static int report(Exception e, Console console, Interruption interruption) throws Exception {
        if (e instanceof SteadingException known) {
            console.say(
                    "%s %s",
                    console.style(Style.BAD, "steading:"), known.failure().message());
            return ExitCode.of(known.failure());
        }
        if (e instanceof InterruptedException) {
            interruption.happened = true;
            return ExitCode.INTERRUPTED;
        }
        throw e;
    }

    private static int usage(ParameterException e, Console console) {
        var command = e.getCommandLine();
        var message = String.valueOf(e.getMessage());
        if (e instanceof UnmatchedArgumentException unmatched
                && command.getParent() == null
                && !unmatched.getUnmatched().isEmpty()) {
            var word = unmatched.getUnmatched().getFirst();
            message = "There is no command `%s`".formatted(word)
                    + Suggestions.didYouMean(word, command.getSubcommands().keySet());
        }
        console.say("%s %s", console.style(Style.BAD, "steading:"), message);
        console.say("Try `%s --help`", command.getCommandSpec().qualifiedName());
        return ExitCode.USAGE;
    }

    @Command(
            name = "steading",
            description = "Builds any committed revision while you keep working.",
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Exit codes: 0 ok, 1 the build failed, 2 usage, 3 not found, 4 try again, 5 a bug of Steading, 6 not"
                        + " allowed, 130 interrupted.",
                "State directory: $STEADING_HOME, else $XDG_STATE_HOME/steading, else ~/.local/state/steading."
            })
    private static final class Top implements Callable<Integer> {
        private final String version;

        @CommandLine.Spec
        private CommandSpec spec;

        @CommandLine.Option(names = "--version", description = "Show the version.")
        private boolean showVersion;

        Top(String version) {
            this.version = version;
        }

        @Override
        public Integer call() {
            var line = spec.commandLine();
            if (showVersion) {
                line.getOut().println("steading " + version);
                return ExitCode.OK;
            }
            line.usage(line.getErr());
            return ExitCode.USAGE;
        }
    }
}
