// SPDX-License-Identifier: Apache-2.0
package build.steading.log;

import build.steading.failure.ByteSize;
import build.steading.failure.SteadingException;
import build.steading.log.LogRecord.Source;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/// Writes a log to a file that never grows beyond a limit: of a longer log it keeps the beginning and the end,
/// and says in between how much is left out.
///
/// The beginning is in the file at once, for whoever follows the log. What comes after it is held back in memory,
/// and only the last of it is written when the log ends. Thread-safe.
public final class LogWriter implements AutoCloseable {
    /// Room for the record that marks the cut.
    private static final int MARK_BYTES = 256;

    /// All in bytes of the file, headers of records included.
    ///
    /// @param maxBytes how long the file may become
    /// @param tailBytes how much of that is for the end of the log; it is also how much is held in memory
    public record Limits(long maxBytes, int tailBytes) {
        public Limits {
            if (tailBytes <= LogFormat.HEADER_BYTES || maxBytes < (long) tailBytes + MARK_BYTES) {
                throw new IllegalArgumentException(
                        "A log of %d bytes with an end of %d makes no sense: the end takes more than %d, the rest at least %d"
                                .formatted(maxBytes, tailBytes, LogFormat.HEADER_BYTES, MARK_BYTES));
            }
        }
    }

    private final Path file;
    private final Limits limits;
    private final OutputStream out;

    @GuardedBy("this")
    private final Deque<LogRecord> tail = new ArrayDeque<>();

    @GuardedBy("this")
    private long headRoom;

    @GuardedBy("this")
    private long tailRoom;

    @GuardedBy("this")
    private long omittedBytes;

    @GuardedBy("this")
    private boolean broken;

    @GuardedBy("this")
    private boolean closed;

    /// @param file made, or emptied
    /// @throws SteadingException with `Unavailable` if it cannot be
    public LogWriter(Path file, Limits limits) {
        this.file = file;
        this.limits = limits;
        this.headRoom = limits.maxBytes() - limits.tailBytes() - MARK_BYTES;
        this.tailRoom = limits.tailBytes();
        try {
            // Unlike a channel, it survives that a writing thread is interrupted.
            this.out = new FileOutputStream(file.toFile());
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /// Adds to the log. A long record becomes several. After [#close] or a failure it is dropped.
    ///
    /// @throws SteadingException with `Unavailable` if the medium fails or is full
    public synchronized void append(LogRecord entry) {
        var from = 0;
        while (!closed && !broken && from < entry.bytes().size()) {
            var to = Math.min(entry.bytes().size(), from + LogFormat.MAX_RECORD_BYTES);
            addPart(withBytes(entry, entry.bytes().substring(from, to)));
            from = to;
        }
    }

    @GuardedBy("this")
    private void addPart(LogRecord part) {
        var fitting = (int) Math.min(part.bytes().size(), headRoom - LogFormat.HEADER_BYTES);
        if (fitting == part.bytes().size()) {
            headRoom -= size(part);
            write(part);
            return;
        }
        if (fitting > 0) {
            write(withBytes(part, part.bytes().substring(0, fitting)));
            hold(withBytes(part, part.bytes().substring(fitting)));
        } else {
            hold(part);
        }
        headRoom = 0;
    }

    /// Keeps the record as the end of the log, at the cost of what is now too far from the end.
    @GuardedBy("this")
    private void hold(LogRecord part) {
        tail.addLast(part);
        tailRoom -= size(part);
        while (tailRoom < 0) {
            var oldest = tail.removeFirst();
            tailRoom += size(oldest);
            var kept = (int) Math.min(oldest.bytes().size(), tailRoom - LogFormat.HEADER_BYTES);
            if (kept <= 0) {
                omittedBytes += oldest.bytes().size();
                continue;
            }
            var cut = withBytes(oldest, oldest.bytes().substring(oldest.bytes().size() - kept));
            omittedBytes += oldest.bytes().size() - kept;
            tail.addFirst(cut);
            tailRoom -= size(cut);
        }
    }

    private static long size(LogRecord entry) {
        return LogFormat.HEADER_BYTES + (long) entry.bytes().size();
    }

    private static LogRecord withBytes(LogRecord entry, ByteString bytes) {
        return new LogRecord(entry.source(), entry.time(), bytes);
    }

    @GuardedBy("this")
    private void write(LogRecord entry) {
        try {
            out.write(LogFormat.encode(entry));
        } catch (IOException e) {
            // Perhaps half a record is written: that ends the log, and nothing can follow it.
            broken = true;
            throw unavailable(e);
        }
    }

    /// Writes the end of the log, after a mark if anything is left out before it. Closing twice changes nothing.
    ///
    /// @throws SteadingException with `Unavailable` if the medium fails or is full
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (out) {
            if (broken) {
                return;
            }
            if (omittedBytes > 0) {
                write(new LogRecord(Source.STEADING, tail.getFirst().time(), mark()));
            }
            tail.forEach(this::write);
            tail.clear();
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    @GuardedBy("this")
    private ByteString mark() {
        return ByteString.copyFromUtf8("\n[%s omitted: the log limit is %s]\n"
                .formatted(new ByteSize(omittedBytes), new ByteSize(limits.maxBytes())));
    }

    private SteadingException unavailable(IOException e) {
        return SteadingException.unavailable("The log `%s` cannot be written: %s".formatted(file, e.getMessage()), e);
    }
}
