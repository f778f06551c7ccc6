// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Finds processes whose runner was killed. In a sandbox they die with it; without one they are known by where
/// they work.
public final class Orphans {
    private static final int ROUNDS = 1000;

    private Orphans() {}

    /// Kills all processes whose working directory is `directory` or below it, and those that they start
    /// meanwhile.
    public static void kill(Path directory) {
        try {
            var round = 0;
            while (killOnce(directory) && round < ROUNDS) {
                round++;
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("The processes of this machine cannot be listed", e);
        }
    }

    /// Returns whether there were any.
    private static boolean killOnce(Path directory) throws IOException {
        var own = ProcessHandle.current().pid();
        var found = false;
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                var pid = Long.parseLong(process.getFileName().toString());
                if (pid != own && worksIn(process, directory)) {
                    found = true;
                    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        }
        return found;
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
