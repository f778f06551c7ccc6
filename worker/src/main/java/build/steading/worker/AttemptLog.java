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
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// What a command prints: into a file of bounded size, and from there to whoever follows. Not thread-safe.
final class AttemptLog implements Run.Printed, AutoCloseable {
    /// When this much waits, it is passed on even if there is no pause.
    private static final int BATCH_BYTES = 256 * 1024;

    private static final int TAIL_BYTES = 64 * 1024;

    private final Path file;
    private final LogWriter writer;
    private final FileChannel reader;
    private final WorkSource source;
    private final LeaseId lease;
    private final Runnable gone;
    private long sent;
    private int waiting;

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

    /// Ends the log; afterwards the file is whole, and has been passed on.
    void finish() {
        writer.close();
        if (waiting > 0) {
            pass();
        }
    }

    /// Passes on what is new in the file. When the way is blocked, it stays new.
    private void pass() {
        waiting = 0;
        try {
            for (var chunk = next(); chunk.length > 0; chunk = next()) {
                sent = source.append(lease, sent, chunk);
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("The log `%s` cannot be read".formatted(file), e);
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.NotFound) {
                gone.run();
            }
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

    @Override
    public void close() {
        writer.close();
        try {
            reader.close();
        } catch (IOException e) {
            throw SteadingException.unavailable("The log `%s` cannot be closed".formatted(file), e);
        }
    }
}
