// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import build.steading.log.LogWriter;
import build.steading.schedule.LeaseId;
import build.steading.worker.sandbox.Run;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// What a command prints: into a file of bounded size, and from there to the farm. What the farm does not take
/// now, or loses, is in the file still, and goes again.
///
/// [#catchUp] may be called from any thread; all else from one. One thread at a time passes on; another that has
/// something new leaves that to it.
final class AttemptLog implements Run.Printed, AutoCloseable {
    /// When this much waits, it is passed on even if there is no pause.
    private static final int BATCH_BYTES = 256 * 1024;

    private static final int TAIL_BYTES = 64 * 1024;

    /// A farm that goes back more often is left alone for now.
    private static final int MAX_REWINDS = 3;

    private static final byte[] NOTHING = {};

    private final Path file;
    private final LogWriter writer;
    private final FileChannel reader;
    private final WorkSource source;
    private final LeaseId lease;
    private final Runnable gone;
    private int waiting;

    /// Belongs to whoever passes on.
    private long sent;

    @GuardedBy("this")
    private boolean passing;

    @GuardedBy("this")
    private boolean more;

    @GuardedBy("this")
    private boolean closed;

    /// @param gone is told when nobody wants the action any more
    AttemptLog(Path file, long maxBytes, WorkSource source, LeaseId lease, Runnable gone) {
        this.file = file;
        this.writer = new LogWriter(file, new LogWriter.Limits(maxBytes, TAIL_BYTES));
        this.source = source;
        this.lease = lease;
        this.gone = gone;
        try {
            this.reader = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            writer.close();
            throw SteadingException.unavailable("The log `%s` cannot be read".formatted(file), e);
        }
    }

    Path file() {
        return file;
    }

    @Override
    public void accept(int number, long micros, byte[] bytes, int length) {
        var time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        var stream = number == Source.STDERR.code() ? Source.STDERR : Source.STDOUT;
        writer.append(new LogRecord(stream, time, ByteString.copyFrom(bytes, 0, length)));
        waiting += length;
        if (waiting >= BATCH_BYTES) {
            pass();
        }
    }

    @Override
    public void pause() {
        if (waiting > 0) {
            pass();
        }
    }

    /// Adds something that Steading itself has to say.
    void say(Instant time, String text) {
        writer.append(new LogRecord(Source.STEADING, time, ByteString.copyFromUtf8(text)));
        waiting++;
    }

    /// Ends the log; afterwards the file is whole.
    void finish() {
        writer.close();
        pass();
    }

    private void pass() {
        waiting = 0;
        if (claim()) {
            passClaimed(false);
        }
    }

    /// Passes on what the farm does not have, after asking it how much it has. Somebody else who passes on
    /// already does the same.
    ///
    /// @return whether the way is free
    boolean catchUp() {
        return !claim() || passClaimed(true);
    }

    /// Passes on everything, waiting for whoever is at it.
    ///
    /// @param ask whether to ask first how much the farm has
    /// @return whether the farm has everything now, or does not want it
    boolean passAll(boolean ask) throws InterruptedException {
        return !awaitClaim() || passClaimed(ask);
    }

    private synchronized boolean claim() {
        if (passing || closed) {
            more = true;
            return false;
        }
        passing = true;
        return true;
    }

    private synchronized boolean awaitClaim() throws InterruptedException {
        while (passing) {
            wait();
        }
        return claim();
    }

    private boolean passClaimed(boolean ask) {
        var free = false;
        try {
            do {
                free = passOnce(ask);
            } while (free && isMore());
            return free;
        } finally {
            release();
        }
    }

    private synchronized boolean isMore() {
        var was = more;
        more = false;
        return was;
    }

    private synchronized void release() {
        passing = false;
        notifyAll();
    }

    /// Returns whether the farm has now what was in the file at first, or does not want it.
    private boolean passOnce(boolean ask) {
        try {
            if (ask) {
                sent = Math.min(sent, source.append(lease, sent, NOTHING));
            }
            var rewinds = 0;
            for (var chunk = next(); chunk.length > 0; chunk = next()) {
                var known = source.append(lease, sent, chunk);
                if (known <= sent && ++rewinds > MAX_REWINDS) {
                    return false;
                }
                sent = Math.min(known, reader.size());
            }
            return true;
        } catch (IOException e) {
            throw SteadingException.unavailable("The log `%s` cannot be read".formatted(file), e);
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.NotFound) {
                gone.run();
            }
            return e.failure() instanceof Failure.NotFound;
        }
    }

    /// Returns some whole records, or nothing.
    private byte[] next() throws IOException {
        var room = (int) Math.min(reader.size() - sent, (long) LogFormat.MAX_RECORD_BYTES + LogFormat.HEADER_BYTES);
        var buffer = ByteBuffer.allocate(Math.max(0, room));
        while (buffer.hasRemaining() && reader.read(buffer, sent + buffer.position()) > 0) {}
        var end = 0;
        while (end + LogFormat.HEADER_BYTES <= buffer.position()) {
            var next = end + LogFormat.HEADER_BYTES + buffer.getInt(end + LogFormat.HEADER_BYTES - Integer.BYTES);
            if (next > buffer.position()) {
                break;
            }
            end = next;
        }
        var records = new byte[end];
        buffer.get(0, records);
        return records;
    }

    /// Waits for whoever passes on.
    @Override
    public void close() {
        writer.close();
        shut();
        try {
            reader.close();
        } catch (IOException e) {
            throw SteadingException.unavailable("The log `%s` cannot be closed".formatted(file), e);
        }
    }

    private synchronized void shut() {
        closed = true;
        var interrupted = false;
        while (passing) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
