// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A file that is appended to and never outgrows its limit: it begins anew when opened and when full, and the
/// last one is kept beside it as `….1`. Thread-safe.
final class LogFile extends OutputStream {
    private final Path file;
    private final long maxBytes;

    @GuardedBy("this")
    private OutputStream current;

    @GuardedBy("this")
    private long written;

    /// @throws SteadingException with `Unavailable` if the file cannot be created
    LogFile(Path file, long maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
        try {
            this.current = begin();
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot write `%s`: %s".formatted(file, e), e);
        }
    }

    private OutputStream begin() throws IOException {
        if (Files.exists(file)) {
            var previous = file.resolveSibling(file.getFileName() + ".1");
            Files.move(file, previous, StandardCopyOption.REPLACE_EXISTING);
        }
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        if (written > 0 && written + length > maxBytes) {
            current.close();
            current = begin();
            written = 0;
        }
        current.write(bytes, offset, length);
        written += length;
    }

    @Override
    public synchronized void close() throws IOException {
        current.close();
    }
}
