// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.Outcome;
import build.steading.failure.SteadingException;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.function.Consumer;

/// Delivers what a command printed, in the end: the protocol keeps it apart from its course, and standard output
/// apart from standard error.
final class OutputReader {
    private static final int RECORD_BYTES = 64 << 10;

    private final BlobStore blobs;

    OutputReader(BlobStore blobs) {
        this.blobs = blobs;
    }

    void deliver(Outcome outcome, ExecutionObserver observer) {
        outcome.made().ifPresent(result -> deliver(result, observer));
    }

    private void deliver(ActionResult result, ExecutionObserver observer) {
        var time = Outcomes.instant(result.getExecutionMetadata().getExecutionCompletedTimestamp());
        deliver(
                result.getStdoutRaw(),
                result.getStdoutDigest(),
                piece -> observer.output(new LogRecord(Source.STDOUT, time, piece)));
        deliver(
                result.getStderrRaw(),
                result.getStderrDigest(),
                piece -> observer.output(new LogRecord(Source.STDERR, time, piece)));
    }

    /// Where both are given, the digest is the truth: some servers inline less.
    private void deliver(ByteString raw, build.bazel.remote.execution.v2.Digest named, Consumer<ByteString> to) {
        try (var content = named.getHash().isEmpty() || named.equals(Digests.toProto(Digest.of(raw.toByteArray())))
                ? raw.newInput()
                : blobs.open(Digests.fromProto(named))) {
            var piece = content.readNBytes(RECORD_BYTES);
            while (piece.length > 0) {
                to.accept(ByteString.copyFrom(piece));
                piece = content.readNBytes(RECORD_BYTES);
            }
        } catch (SteadingException | IOException e) {
            to.accept(
                    ByteString.copyFromUtf8("[the rest of the output cannot be read: %s]\n".formatted(e.getMessage())));
        }
    }
}
