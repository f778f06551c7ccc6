// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import com.google.bytestream.ReadResponse;
import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one attempt prints, while it prints it: from what the farm keeps of a running attempt, and once that is
/// over, what is left of it from the blob that the result names. Nothing is held but a piece of 64 KiB and a
/// record that is not whole yet: whoever reads slowly is further behind, and that is all.
///
/// Not thread-safe. It waits on the thread of its call, and looks now and then whether the client is still there.
final class LogStream implements Source<ReadResponse> {
    private static final Duration GLANCE = Duration.ofSeconds(1);
    private static final int PIECE_BYTES = 64 << 10;

    private final RunningOperation operation;
    private final StreamName name;
    private final NamedBlobs blobs;

    /// How much of the stream is not wanted, and how much has gone by.
    private final long offset;

    private long passed;
    private long left;

    /// Where the log goes on, and what was read of it but not yet passed on.
    private long logOffset;

    private ByteString pending = ByteString.EMPTY;

    private boolean over;
    private @Nullable InputStream rest;

    /// What a client wants of a stream.
    ///
    /// @param offset where to begin
    /// @param limit most bytes; 0 means all
    record Range(long offset, long limit) {
        Range {
            if (offset < 0) {
                throw Status.OUT_OF_RANGE
                        .withDescription("Offset %d of a stream is negative".formatted(offset))
                        .asRuntimeException();
            }
            if (limit < 0) {
                throw SteadingException.invalid("Read limit %d is negative", limit);
            }
        }
    }

    LogStream(RunningOperation operation, StreamName name, NamedBlobs blobs, Range range) {
        this.operation = operation;
        this.name = name;
        this.blobs = blobs;
        this.offset = range.offset();
        this.left = range.limit() == 0 ? Long.MAX_VALUE : range.limit();
    }

    @Override
    public Optional<ReadResponse> next() {
        try {
            while (left > 0 && !Context.current().isCancelled()) {
                var bytes = over ? stored() : printed();
                if (bytes.isEmpty()) {
                    return Optional.empty();
                }
                var wanted = wanted(bytes.get());
                if (!wanted.isEmpty()) {
                    left -= wanted.size();
                    return Optional.of(ReadResponse.newBuilder().setData(wanted).build());
                }
            }
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SteadingException(new Failure.Unavailable("The server is stopping"));
        } catch (IOException e) {
            throw SteadingException.unavailable("Stream `%s` cannot be read".formatted(name), e);
        }
    }

    private ByteString wanted(ByteString bytes) {
        var skipped = Math.clamp(offset - passed, 0, bytes.size());
        passed += bytes.size();
        return bytes.substring(skipped, (int) Math.min(bytes.size(), skipped + left));
    }

    /// Returns what comes next of a running attempt; no bytes if it may be over.
    private Optional<ByteString> printed() throws InterruptedException, IOException {
        var log = operation.printed(name.attempt());
        var read = log.isPresent() ? log.get().read(logOffset, GLANCE) : Optional.<byte[]>empty();
        if (read.isEmpty()) {
            over = true;
            return Optional.of(ByteString.EMPTY);
        }
        logOffset += read.get().length;
        pending = pending.concat(ByteString.copyFrom(read.get()));
        var text = ByteString.EMPTY;
        for (var entry = whole(); entry.isPresent(); entry = whole()) {
            if ((name.source() == LogRecord.Source.STDERR) == isError(entry.get())) {
                text = text.concat(entry.get().bytes());
            }
        }
        return Optional.of(text);
    }

    private Optional<LogRecord> whole() throws IOException {
        var entry = LogFormat.read(pending.newInput());
        entry.ifPresent(each -> pending =
                pending.substring(LogFormat.HEADER_BYTES + each.bytes().size()));
        return entry;
    }

    private static boolean isError(LogRecord entry) {
        return entry.source() != LogRecord.Source.STDOUT;
    }

    /// Returns what comes next of an attempt that is over; empty if there is no more.
    private Optional<ByteString> stored() throws InterruptedException, IOException {
        if (rest == null) {
            operation.awaitEnd(GLANCE);
            if (operation.hasMoved(name.attempt())) {
                return Optional.empty();
            }
            if (!operation.state().ended()) {
                return Optional.of(ByteString.EMPTY);
            }
            rest = open(operation.result());
            if (!skip(rest)) {
                // The worker cut in what the farm still had whole.
                return Optional.empty();
            }
        }
        var bytes = rest.readNBytes(PIECE_BYTES);
        return bytes.length == 0 ? Optional.empty() : Optional.of(ByteString.copyFrom(bytes));
    }

    private boolean skip(InputStream stream) throws IOException {
        try {
            stream.skipNBytes(passed);
            return true;
        } catch (EOFException _) {
            return false;
        }
    }

    private InputStream open(ActionResult result) {
        var stdout = name.source() == LogRecord.Source.STDOUT;
        var raw = stdout ? result.getStdoutRaw() : result.getStderrRaw();
        if (!raw.isEmpty()) {
            return raw.newInput();
        }
        if (stdout ? !result.hasStdoutDigest() : !result.hasStderrDigest()) {
            return InputStream.nullInputStream();
        }
        var digest = stdout ? result.getStdoutDigest() : result.getStderrDigest();
        return blobs.open(Digests.fromProto(digest, operation.function()));
    }

    @Override
    public void close() {
        try {
            if (rest != null) {
                rest.close();
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("Stream `%s` cannot be closed".formatted(name), e);
        }
    }
}
