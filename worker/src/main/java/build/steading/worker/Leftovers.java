// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Clears away what an earlier worker left when it was killed: processes that still run in its directory, and
/// everything in that directory but the compiled runner.
final class Leftovers {
    private Leftovers() {}

    /// @param directory the worker's
    /// @param remover deletes directories at its leisure
    static void clear(Path directory, Consumer<Path> remover) {
        try {
            Files.createDirectories(directory);
            killProcessesIn(directory.toRealPath());
            try (var old = Files.newDirectoryStream(directory, "{attempts,layers}*")) {
                for (var each : old) {
                    var trash = Files.createTempDirectory(directory, "trash-");
                    Files.move(each, trash.resolve("old"));
                }
            }
            try (var trash = Files.newDirectoryStream(directory, "{trash,probe}-*")) {
                trash.forEach(remover);
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("The worker's directory `%s` cannot be used".formatted(directory), e);
        }
    }

    /// Commands in a sandbox die with it. Without one, a command whose runner was killed is known by where it
    /// works.
    private static void killProcessesIn(Path directory) throws IOException {
        var own = ProcessHandle.current().pid();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                var pid = Long.parseLong(process.getFileName().toString());
                if (pid != own && worksIn(process, directory.resolve("attempts"))) {
                    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        }
    }

    private static boolean worksIn(Path process, Path directory) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory);
        } catch (IOException _) {
            // It has ended, or belongs to somebody else.
            return false;
        }
    }
}
