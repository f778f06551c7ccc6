// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.cli.door.Home;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Finds the parts of a process their places on disk.
final class Place {
    private static final long MIN_STORE_BYTES = 1L << 30;
    private static final long MAX_STORE_BYTES = 64L << 30;

    private Place() {}

    /// Returns a directory of the home, which is created if need be.
    ///
    /// @throws SteadingException with `Unavailable` if that is not possible
    static Path in(Home home, String name) {
        var directory = home.directory().resolve(name);
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    /// Returns a directory without the files that were in it.
    static Path emptied(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
            return directory;
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    /// Returns how many bytes a store may keep: a fifth of the disk, within bounds that make sense on a laptop.
    static long share(Path directory) {
        try {
            var fifth = Files.getFileStore(directory).getTotalSpace() / 5;
            return Math.clamp(fifth, MIN_STORE_BYTES, MAX_STORE_BYTES);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    private static SteadingException unusable(Path directory, IOException e) {
        return SteadingException.unavailable("Directory `%s`: %s".formatted(directory, e), e);
    }
}
