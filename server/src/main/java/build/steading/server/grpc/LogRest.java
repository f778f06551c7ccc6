// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.api.v1.BuildEvent;
import build.steading.blob.BlobStore;
import build.steading.build.BuildMessages;
import build.steading.build.TaskRecord;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.log.LogPosition;
import build.steading.log.LogReader;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Optional;

/// The rest of a task's stored log, from where a client has seen it. Not thread-safe.
final class LogRest implements AutoCloseable {
    private final LogReader reader;
    private final LogPosition seen;
    private final boolean cached;
    private LogPosition at = OutputMarks.START;
    private boolean begun;

    /// A record, and where it stands.
    record Piece(LogPosition at, LogRecord entry) {
        LogPosition end() {
            return at.after(entry);
        }

        BuildEvent event(TaskRecord task) {
            return BuildMessages.output(task.name(), at, entry);
        }
    }

    private LogRest(LogReader reader, LogPosition seen, boolean cached) {
        this.reader = reader;
        this.seen = seen;
        this.cached = cached;
    }

    /// @param seen what the client has of it, or of another attempt
    /// @throws SteadingException if the log is not in the store
    static LogRest open(BlobStore blobs, TaskRecord task, LogPosition seen) {
        var log = task.log().orElse(Digest.EMPTY);
        return new LogRest(new LogReader(blobs.open(log)), seen, task.how().cached());
    }

    /// Returns the next piece; empty where the log ends.
    Optional<Piece> next() throws IOException {
        for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            if (!begun) {
                begun = true;
                at = LogPosition.before(entry.get());
            }
            var piece = new Piece(at, entry.get());
            at = piece.end();
            if (isNew(piece.at())) {
                return Optional.of(piece);
            }
        }
        return Optional.empty();
    }

    private boolean isNew(LogPosition position) {
        if (seen.offset() == 0) {
            return true;
        }
        // Of another attempt than the one that was seen nothing has been told, unless nothing ran at all.
        return seen.begun().equals(position.begun()) ? position.offset() >= seen.offset() : !cached;
    }

    /// Returns what to say in place of the rest.
    static Piece apology(LogPosition seen, TaskRecord task, Exception why) {
        var text = "\n[the rest of the output cannot be read: %s]\n".formatted(why.getMessage());
        var time = task.times().ended().orElse(seen.begun());
        return new Piece(seen, new LogRecord(Source.STEADING, time, ByteString.copyFromUtf8(text)));
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
