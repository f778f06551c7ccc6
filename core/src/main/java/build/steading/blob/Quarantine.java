// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;

/// Keeps the last few files whose bytes were found bad, for whoever wants to know why. Thread-safe.
final class Quarantine {
    private static final System.Logger LOG = System.getLogger(Quarantine.class.getName());
    private static final int MAX_FILES = 16;

    private final Path directory;
    private final long maxBytes;
    private final InstantSource clock;
    private long taken;

    /// @param maxBytes how much all kept files may take up
    Quarantine(Path directory, long maxBytes, InstantSource clock) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /// Moves `file` here, and drops the oldest files beyond the limits.
    synchronized void take(Path file) throws IOException {
        var name = "%016d-%06d-%s".formatted(clock.millis(), taken++, file.getFileName());
        Files.move(file, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        LOG.log(Level.WARNING, "The bytes of `{0}` are bad: moved it into quarantine", file);
        trim();
    }

    private void trim() throws IOException {
        var files = new ArrayList<Path>();
        try (var list = Files.newDirectoryStream(directory)) {
            list.forEach(files::add);
        }
        files.sort(Comparator.reverseOrder());
        var bytes = 0L;
        for (var i = 0; i < files.size(); i++) {
            bytes += Files.size(files.get(i));
            if (i >= MAX_FILES || bytes > maxBytes) {
                Files.delete(files.get(i));
            }
        }
    }
}
