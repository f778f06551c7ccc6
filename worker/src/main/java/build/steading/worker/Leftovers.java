// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.failure.SteadingException;
import build.steading.worker.sandbox.Orphans;
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
            Orphans.kill(directory.toRealPath().resolve("attempts"));
            try (var old = Files.newDirectoryStream(directory, "{attempts,layers,kept}*")) {
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
}
