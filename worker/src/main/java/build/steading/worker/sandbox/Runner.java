// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Starts runs. Thread-safe.
public final class Runner {
    private final List<String> command;

    private Runner(List<String> command) {
        this.command = command;
    }

    /// @param bin directory for the runner, which is compiled there on first use
    /// @throws SteadingException with `Unavailable` if there is no runner and none can be made
    public static Runner prepare(Path bin) {
        return new Runner(List.of(RunnerProgram.prepare(bin).toString()));
    }

    /// Returns a runner that is started by another program.
    Runner behind(List<String> starter) {
        return new Runner(Stream.concat(starter.stream(), command.stream()).toList());
    }

    /// Starts to run `spec`. The caller closes the run, which kills what is left of it.
    ///
    /// @throws SteadingException with `Unavailable` if no process can be started
    public Run start(RunSpec spec) {
        Process process;
        try {
            var builder = new ProcessBuilder(command);
            builder.environment().clear();
            process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            throw SteadingException.unavailable("The runner `%s` cannot be started".formatted(command.getLast()), e);
        }
        try {
            // Standard input stays open: at its end, also because we are dead, the runner kills everything.
            process.getOutputStream().write(spec.toBytes());
            process.getOutputStream().flush();
            return new Run(process);
        } catch (IOException e) {
            process.destroyForcibly();
            throw SteadingException.unavailable("The runner `%s` does not listen".formatted(command.getLast()), e);
        }
    }
}
