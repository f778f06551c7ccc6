// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.ExecutionObserver;
import build.steading.execute.Printed;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/// What a running attempt has printed so far, and who follows it. It begins in memory and goes on in a file when
/// it grows. Beyond a limit, or when the disk fails, no more is kept: followers still hear everything, but who
/// comes later misses a part, which the log that the worker stores in the end has.
///
/// Thread-safe: its own lock guards all state. Followers are called while it is held, so that they see everything
/// once. Whoever appends writes to the disk without that lock, under `disk`: a slow disk keeps nobody waiting but
/// the one worker. What has outgrown memory is read, and deleted, under the lock.
final class LiveLog implements Printed, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LiveLog.class.getName());
    private static final int MEMORY_BYTES = 256 << 10;

    /// How much is read at a time by those who read at their own pace.
    private static final int READ_BYTES = 64 << 10;

    /// Workers keep less; this is for one that does not.
    private static final long MAX_BYTES = 256 << 20;

    private final Path file;

    /// Held while the file is written; before the lock of this, never after it.
    private final Object disk = new Object();

    @GuardedBy("this")
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();

    /// What comes after the bytes in the file, and is about to be written there.
    @GuardedBy("this")
    private final Queue<byte[]> unwritten = new ArrayDeque<>();

    @GuardedBy("this")
    private final List<ExecutionObserver> followers = new ArrayList<>();

    @GuardedBy("this")
    private long sizeBytes;

    /// How many bytes at the beginning of the file are whole records of this log.
    @GuardedBy("this")
    private long writtenBytes;

    @GuardedBy("this")
    private boolean writing;

    /// Whether the file may be there.
    @GuardedBy("this")
    private boolean onDisk;

    /// Whether nothing more is kept.
    @GuardedBy("this")
    private boolean partial;

    @GuardedBy("this")
    private boolean closed;

    /// @param file where the log goes on when it grows; nothing is there yet
    LiveLog(Path file) {
        this.file = file;
    }

    /// Adds whole records. What was added before is ignored.
    ///
    /// @param offset how many bytes of the log came before
    /// @return how many bytes the log has now; less than `offset` if bytes before it are missing: nothing was
    ///     added then
    /// @throws SteadingException with `Invalid` if these are no whole records: nothing was added then
    long append(long offset, byte[] records) {
        var size = take(offset, records);
        try {
            write();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Could not write " + file, e);
            keepNoMore();
        }
        return size;
    }

    private synchronized long take(long offset, byte[] records) {
        if (offset < 0) {
            throw SteadingException.invalid("A log has no offset %d", offset);
        }
        if (closed || offset > sizeBytes || sizeBytes - offset >= records.length) {
            return sizeBytes;
        }
        var known = (int) (sizeBytes - offset);
        var fresh = known == 0 ? records : Arrays.copyOfRange(records, known, records.length);
        var entries = parse(fresh);
        keep(fresh);
        for (var entry : entries) {
            followers.forEach(follower -> follower.output(entry));
        }
        return sizeBytes;
    }

    private synchronized void keep(byte[] fresh) {
        var inMemory = memory.size() == sizeBytes;
        sizeBytes += fresh.length;
        partial = partial || sizeBytes > MAX_BYTES;
        if (partial) {
            return;
        }
        if (inMemory && sizeBytes <= MEMORY_BYTES) {
            memory.writeBytes(fresh);
        } else {
            unwritten.add(fresh);
        }
        notifyAll();
    }

    private synchronized void keepNoMore() {
        partial = true;
        unwritten.clear();
    }

    private static List<LogRecord> parse(byte[] records) {
        var entries = new ArrayList<LogRecord>();
        var read = 0L;
        try {
            var input = new ByteArrayInputStream(records);
            for (var next = LogFormat.read(input); next.isPresent(); next = LogFormat.read(input)) {
                entries.add(next.get());
                read += bytesOf(next.get());
            }
        } catch (IOException e) {
            throw new SteadingException(new Failure.Invalid("Not a log: " + e), e);
        }
        if (read < records.length) {
            throw SteadingException.invalid("The last record of a piece of log is cut short");
        }
        return entries;
    }

    private static long bytesOf(LogRecord entry) {
        return (long) LogFormat.HEADER_BYTES + entry.bytes().size();
    }

    private void write() throws IOException {
        if (!hasUnwritten()) {
            return;
        }
        synchronized (disk) {
            try {
                for (var next = nextUnwritten(); next.isPresent(); next = nextUnwritten()) {
                    Files.write(file, next.get(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    written(next.get());
                }
            } finally {
                endWriting();
            }
        }
    }

    private synchronized boolean hasUnwritten() {
        return !unwritten.isEmpty();
    }

    private synchronized Optional<byte[]> nextUnwritten() {
        writing = !unwritten.isEmpty();
        onDisk |= writing;
        return Optional.ofNullable(unwritten.peek());
    }

    private synchronized void written(byte[] bytes) {
        if (!unwritten.isEmpty()) {
            unwritten.remove();
            writtenBytes += bytes.length;
        }
    }

    private synchronized void endWriting() {
        writing = false;
        if (closed) {
            delete();
        }
    }

    /// Tells `observer` what was printed so far, and then whatever is printed.
    ///
    /// @return whether the attempt still runs; if not, nothing is told
    synchronized boolean follow(ExecutionObserver observer) {
        if (closed) {
            return false;
        }
        try {
            tell(new ByteArrayInputStream(memory.toByteArray()), memory.size(), observer);
            if (writtenBytes > 0) {
                try (var input = new BufferedInputStream(Files.newInputStream(file))) {
                    tell(input, writtenBytes, observer);
                }
            }
            for (var piece : unwritten) {
                tell(new ByteArrayInputStream(piece), piece.length, observer);
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("Log `%s`: %s".formatted(file, e), e);
        }
        followers.add(observer);
        return true;
    }

    private static void tell(InputStream records, long bytes, ExecutionObserver observer) throws IOException {
        for (var told = 0L; told < bytes; ) {
            var entry = LogFormat.read(records).orElseThrow(() -> new IOException("It is cut short"));
            observer.output(entry);
            told += bytesOf(entry);
        }
    }

    @Override
    public synchronized Optional<byte[]> read(long offset, Duration patience) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (!closed) {
            var bytes = kept(offset);
            var leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (bytes.length > 0 || leftMillis <= 0) {
                return Optional.of(bytes);
            }
            wait(leftMillis);
        }
        return Optional.empty();
    }

    /// Returns some of what is kept from `offset` on.
    @GuardedBy("this")
    private byte[] kept(long offset) {
        var at = offset - memory.size();
        if (at < 0) {
            var bytes = memory.toByteArray();
            return Arrays.copyOfRange(bytes, (int) offset, Math.min(bytes.length, (int) offset + READ_BYTES));
        }
        if (at < writtenBytes) {
            return written(at, (int) Math.min(READ_BYTES, writtenBytes - at));
        }
        at -= writtenBytes;
        for (var piece : unwritten) {
            if (at < piece.length) {
                return Arrays.copyOfRange(piece, (int) at, piece.length);
            }
            at -= piece.length;
        }
        return new byte[0];
    }

    @GuardedBy("this")
    private byte[] written(long at, int length) {
        var bytes = ByteBuffer.allocate(length);
        try (var channel = FileChannel.open(file)) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, at + bytes.position()) < 0) {
                    throw new EOFException("It is cut short");
                }
            }
            return bytes.array();
        } catch (IOException e) {
            throw SteadingException.unavailable("Log `%s`: %s".formatted(file, e), e);
        }
    }

    synchronized void forget(ExecutionObserver observer) {
        followers.remove(observer);
    }

    /// Forgets everything: the worker has stored the log as a blob by now, or the attempt is void. Nobody hears
    /// any more of it.
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        followers.clear();
        memory.reset();
        unwritten.clear();
        if (!writing) {
            delete();
        }
    }

    @GuardedBy("this")
    private void delete() {
        if (!onDisk) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Could not delete " + file, e);
        }
    }
}
