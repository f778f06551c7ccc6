// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Reads what command lines name by `@`, on behalf of whoever typed them.
final class ResponseFile {
    private static final int MAX_BYTES = 16 << 20;

    private ResponseFile() {}

    /// Returns nothing if the compiler could not open it either.
    ///
    /// @param name absolute
    /// @throws UncheckedIOException if only the compiler itself can read it
    static Optional<byte[]> read(String name) {
        var file = Path.of(name);
        try {
            // Below these, a name means something else to each process.
            if (name.startsWith("/dev/") || name.startsWith("/proc/")) {
                throw refused(name);
            }
            if (!Files.isReadable(file)) {
                return Optional.empty();
            }
            if (!Files.isRegularFile(file)) {
                throw refused(name);
            }
            try (var content = Files.newInputStream(file)) {
                var bytes = content.readNBytes(MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES) {
                    throw refused(name);
                }
                return Optional.of(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static IOException refused(String name) {
        return new IOException("`%s` is no file of at most %d bytes".formatted(name, MAX_BYTES));
    }
}
