// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Finds the compiler that a name means, though a launcher may stand in its place.
///
/// @param path as the variable `PATH`
/// @param cwd absolute; where relative names begin
record CompilerSearch(String path, Path cwd) {
    /// What a launcher is called in the end, whatever links lead there.
    private static final String LAUNCHER = "steading";

    /// Returns the compiler's absolute path, if there is one.
    Optional<Path> find(String name) {
        if (!name.contains("/")) {
            return onPath(name);
        }
        var file = cwd.resolve(name);
        return isLauncher(file) ? onPath(file.getFileName().toString()) : Optional.of(file);
    }

    private Optional<Path> onPath(String name) {
        for (var directory : path.split(":", -1)) {
            var file = cwd.resolve(directory).resolve(name);
            if (Files.isRegularFile(file) && Files.isExecutable(file) && !isLauncher(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static boolean isLauncher(Path file) {
        try {
            return file.toRealPath().endsWith(LAUNCHER);
        } catch (IOException _) {
            return false;
        }
    }
}
