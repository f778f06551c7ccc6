// SPDX-License-Identifier: Apache-2.0
package build.steading.log;

import build.steading.log.LogRecord.Source;
import com.google.protobuf.UnsafeByteOperations;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// The form of a log, in files, in blobs and on its way from the worker: records one after the other, in order of
/// arrival.
///
/// A record is, in network byte order: source (1 byte: 0 Steading, 1 standard output, 2 standard error), time (8
/// bytes: microseconds since 1970-01-01 UTC), length (4 bytes), and that many bytes. A record cut short by a
/// crash ends a log.
public final class LogFormat {
    /// Bytes before the text of each record.
    public static final int HEADER_BYTES = 13;

    /// Longest text of one record, in bytes.
    public static final int MAX_RECORD_BYTES = 1 << 20;

    private LogFormat() {}

    public static byte[] encode(LogRecord entry) {
        var micros = ChronoUnit.MICROS.between(Instant.EPOCH, entry.time());
        return ByteBuffer.allocate(HEADER_BYTES + entry.bytes().size())
                .put((byte) entry.source().code())
                .putLong(micros)
                .putInt(entry.bytes().size())
                .put(entry.bytes().asReadOnlyByteBuffer())
                .array();
    }

    /// Reads the next record; empty where the log ends, also in the middle of a record.
    ///
    /// @throws IOException if the bytes are no log, or cannot be read
    public static Optional<LogRecord> read(InputStream log) throws IOException {
        var data = new DataInputStream(log);
        try {
            var code = data.readUnsignedByte();
            var micros = data.readLong();
            var length = data.readInt();
            var source = Source.ofCode(code);
            if (source.isEmpty() || length < 0 || length > MAX_RECORD_BYTES) {
                throw new IOException("Not a log: a record of source %d with %d bytes".formatted(code, length));
            }
            var bytes = new byte[length];
            data.readFully(bytes);
            var time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            return Optional.of(new LogRecord(source.get(), time, UnsafeByteOperations.unsafeWrap(bytes)));
        } catch (EOFException _) {
            return Optional.empty();
        }
    }
}
