// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.cli.door.BackgroundProcess;
import build.steading.cli.door.CommandRunner;
import build.steading.cli.door.ExitCode;
import build.steading.cli.door.Farm;
import build.steading.cli.door.Home;
import build.steading.cli.door.Invocation;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Main class of the background process. Arguments: the home directory, the build's id.
public final class SteadingProcess {
    private SteadingProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        var console = System.err;
        try {
            var settings = BackgroundProcess.Settings.of(arguments[1]);
            BackgroundProcess.run(new Home(Path.of(arguments[0])), settings, _ -> new Commands(settings.buildId()));
        } catch (SteadingException e) {
            console.println(e.failure().message());
            System.exit(ExitCode.of(e.failure()));
        }
        // Whatever a library left running must not keep the process: the launcher of `stop` waits for its end.
        System.exit(ExitCode.OK);
    }

    /// The commands that need no farm.
    private record Commands(String buildId) implements Farm {
        @Override
        public CommandRunner commands() {
            return this::run;
        }

        private int run(Invocation invocation) {
            var out = new PrintStream(invocation.out(), true, StandardCharsets.UTF_8);
            var command = invocation.arguments().isEmpty()
                    ? "help"
                    : invocation.arguments().getFirst();
            switch (command) {
                case "version" -> out.println("steading " + buildId);
                case "stop" -> invocation.caller().requestStop("Steading has ended");
                default ->
                    throw new SteadingException(new Failure.Invalid(
                            "Command `%s` is unknown: `version` and `stop` are allowed".formatted(command)));
            }
            return ExitCode.OK;
        }

        @Override
        public boolean busy() {
            return false;
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }
}
