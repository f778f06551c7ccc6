// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.util.List;
import java.util.Optional;

/// Runs commands inside the background process. Implementations are thread-safe: invocations run at the same
/// time.
@FunctionalInterface
public interface CommandRunner {
    /// Runs the command to its end and returns its exit code, 0 to 255.
    ///
    /// Throwing a [build.steading.failure.SteadingException] prints its message and exits as [ExitCode] says; any
    /// other exception is reported as a bug of Steading.
    ///
    /// @throws InterruptedException if the user or the end of the process interrupted the command
    int run(Invocation invocation) throws InterruptedException;

    /// Returns what to run in place of `arguments`, and to run again should this process be lost meanwhile:
    /// however often it is run, it has the effects of once. Empty if there is no such thing.
    ///
    /// Asked before anything else is done about a command, it must answer at once.
    default Optional<List<String>> repeatable(List<String> arguments) {
        return Optional.empty();
    }
}
