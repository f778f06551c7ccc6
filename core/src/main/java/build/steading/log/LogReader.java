// SPDX-License-Identifier: Apache-2.0
package build.steading.log;

import build.steading.log.LogRecord.Source;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// Reads the records of a log one after the other. Not thread-safe.
public final class LogReader implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream log;
    private final Set<Source> sources;

    /// Reads all records.
    ///
    /// @param log closed with this reader
    public LogReader(InputStream log) {
        this(log, EnumSet.allOf(Source.class));
    }

    /// Reads what came from some sources, and passes over the rest.
    ///
    /// @param log closed with this reader
    public LogReader(InputStream log, Set<Source> sources) {
        this.log = new BufferedInputStream(log, BUFFER_BYTES);
        this.sources = Set.copyOf(sources);
    }

    /// Returns the next record; empty where the log ends, also in the middle of a record.
    ///
    /// @throws IOException if the bytes are no log, or cannot be read
    public Optional<LogRecord> next() throws IOException {
        while (true) {
            var entry = LogFormat.read(log);
            if (entry.isEmpty() || sources.contains(entry.get().source())) {
                return entry;
            }
        }
    }

    /// Writes what a command printed to the two streams it printed it to. What Steading itself had to say goes to
    /// `stderr`. The caller closes all three.
    ///
    /// @throws IOException if the bytes are no log, or cannot be read or written
    @SuppressWarnings("resource") // The caller closes `log`.
    public static void split(InputStream log, OutputStream stdout, OutputStream stderr) throws IOException {
        var reader = new LogReader(log);
        for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            var target = entry.get().source() == Source.STDOUT ? stdout : stderr;
            entry.get().bytes().writeTo(target);
        }
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
