// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The files of this machine, as the kernel finds them.
final class DiskPlaces implements Places {
    private final String directory;
    private final Map<Path, Scan> scans = new HashMap<>();

    DiskPlaces(Path directory) {
        this.directory = directory.toString();
    }

    @Override
    public Place at(String name) {
        var path = path(name);
        try {
            if (Files.isDirectory(path)) {
                return new Place.Directory(path.toRealPath().toString());
            }
            if (!Files.exists(path)) {
                return new Place.Nothing();
            }
            var real = path.toRealPath();
            if (!scans.containsKey(real)) {
                scans.put(real, SourceScanner.scan(Files.readAllBytes(real)));
            }
            return new Place.File(scans.get(real));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the path as it is named: not folded, for `..` follows symbolic links.
    Path path(String name) {
        return Path.of(name.startsWith("/") ? name : directory + "/" + name);
    }
}
