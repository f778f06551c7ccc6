// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/// Remembers from one process to the next how many bytes each shelf holds, so that a store starts without a look
/// at its blobs. Not thread-safe.
///
/// One line: `usage 1 clean 4096 0 …`, or `open` in place of `clean` while a process is at work, whose numbers
/// are then only near the truth.
final class UsageFile {
    private static final String CLEAN = "usage 1 clean";
    private static final String OPEN = "usage 1 open";

    /// @param clean whether the numbers are exact
    /// @param bytes of each shelf
    record Usage(boolean clean, List<Long> bytes) {
        Usage {
            bytes = List.copyOf(bytes);
        }
    }

    private final Path file;
    private final int shelves;

    UsageFile(Path file, int shelves) {
        this.file = file;
        this.shelves = shelves;
    }

    /// Returns what was last saved; nothing known counts as zero everywhere.
    Usage load() throws IOException {
        try {
            var text = Files.readString(file).strip();
            var clean = text.startsWith(CLEAN + " ");
            var head = clean ? CLEAN : OPEN;
            if (text.startsWith(head + " ")) {
                var bytes = Arrays.stream(text.substring(head.length() + 1).split(" ", -1))
                        .map(Long::valueOf)
                        .toList();
                if (bytes.size() == shelves) {
                    return new Usage(clean, bytes);
                }
            }
        } catch (NoSuchFileException | IllegalArgumentException _) {
            // A new store, or a damaged file: the background scan counts anew.
        }
        return new Usage(false, Collections.nCopies(shelves, 0L));
    }

    void save(Usage usage) throws IOException {
        var numbers = usage.bytes().stream().map(String::valueOf).collect(Collectors.joining(" "));
        var next = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(next, (usage.clean() ? CLEAN : OPEN) + " " + numbers + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
