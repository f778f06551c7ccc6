// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Finds out which C library this process runs on, and so what runs on this machine without further ado.
final class Libc {
    private static final Pattern GLIBC = Pattern.compile("/[^ ]*/libc(?:\\.so\\.6|-2[.0-9]*\\.so)$");
    private static final Pattern MUSL = Pattern.compile("/[^ ]*/(?:ld-musl-|libc\\.musl-)[^/]*$");
    private static final Pattern RELEASE =
            Pattern.compile("GNU C Library [^\\n\\x00]{0,200}release version ([0-9]+\\.[0-9]+(?:\\.[0-9]+)?)");
    private static final long MAX_BYTES = 16 << 20;

    private Libc() {}

    /// Returns `name` (`glibc` or `musl`), and the `version` of the former; nothing if it is neither.
    ///
    /// @param maps what is mapped into this process, as in `/proc/self/maps`
    static Map<String, Object> find(Path maps) {
        var libc = new HashMap<String, Object>();
        try (var lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
            for (var line : (Iterable<String>) lines::iterator) {
                var glibc = GLIBC.matcher(line);
                if (glibc.find()) {
                    libc.put("name", "glibc");
                    release(Path.of(glibc.group())).ifPresent(version -> libc.put("version", version));
                    break;
                }
                if (MUSL.matcher(line).find()) {
                    libc.put("name", "musl");
                    break;
                }
            }
        } catch (IOException _) {
            // Not Linux, or no `/proc`: not to be found out.
        }
        return libc;
    }

    /// The library says its version in a text within itself.
    private static Optional<String> release(Path library) throws IOException {
        if (Files.size(library) > MAX_BYTES) {
            return Optional.empty();
        }
        var found = RELEASE.matcher(Files.readString(library, StandardCharsets.ISO_8859_1));
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }
}
