// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether small blobs may be in the store behind the packs, so that nobody looks there in vain. Once there may
/// be some, there always may; a file says so. Thread-safe.
final class Strays {
    private final Path directory;
    private volatile boolean possible;

    /// @param directory of the packs
    /// @param before whether there may be some from before there were packs
    Strays(Path directory, boolean before) throws IOException {
        this.directory = directory;
        if (Files.notExists(directory) && !before) {
            return;
        }
        if (Files.notExists(directory)) {
            expect();
        }
        possible = Files.exists(file());
    }

    private Path file() {
        return directory.resolve("strays");
    }

    /// Returns whether there may be some.
    boolean possible() {
        return possible;
    }

    /// Has to be called before a small blob goes to the store behind.
    void expect() throws IOException {
        if (!possible) {
            Files.createDirectories(directory);
            Files.writeString(file(), "");
            Packs.sync(directory);
            possible = true;
        }
    }
}
