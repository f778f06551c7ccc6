// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.Blobs;
import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.SteadingException;
import build.steading.log.LogReader;
import com.google.protobuf.ByteString;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Stores a finished log, and the two streams that it is made of. Thread-safe.
final class LogKeeper {
    /// Up to this size a stream travels in the result itself as well.
    private static final int INLINE_BYTES = 16 * 1024;

    /// Up to this size a log is handled in memory.
    private static final int SMALL_BYTES = 256 * 1024;

    private final LocalBlobs blobs;
    private final HashFunction function;

    /// @param function names the streams; the log is named by SHA-256
    LogKeeper(LocalBlobs blobs, HashFunction function) {
        this.blobs = blobs;
        this.function = function;
    }

    /// Adds standard output and standard error to `result`, unless nothing was printed.
    ///
    /// @param log taken over
    /// @return the digest of the log; empty if nothing was printed
    Optional<Digest> keep(Path log, ActionResult.Builder result) {
        try {
            var size = Files.size(log);
            if (size == 0) {
                return Optional.empty();
            }
            return Optional.of(size <= SMALL_BYTES ? keepSmall(log, result) : keepLarge(log, result));
        } catch (IOException e) {
            throw SteadingException.unavailable("The log `%s` cannot be stored".formatted(log), e);
        }
    }

    private Digest keepSmall(Path log, ActionResult.Builder result) throws IOException {
        var bytes = Files.readAllBytes(log);
        var stdout = new ByteArrayOutputStream();
        var stderr = new ByteArrayOutputStream();
        LogReader.split(new ByteArrayInputStream(bytes), stdout, stderr);
        if (stdout.size() > 0) {
            result.setStdoutDigest(Digests.toProto(Blobs.put(blobs, stdout.toByteArray(), function)));
        }
        if (stderr.size() > 0) {
            result.setStderrDigest(Digests.toProto(Blobs.put(blobs, stderr.toByteArray(), function)));
        }
        if (stdout.size() <= INLINE_BYTES) {
            result.setStdoutRaw(ByteString.copyFrom(stdout.toByteArray()));
        }
        if (stderr.size() <= INLINE_BYTES) {
            result.setStderrRaw(ByteString.copyFrom(stderr.toByteArray()));
        }
        return Blobs.put(blobs, bytes);
    }

    private Digest keepLarge(Path log, ActionResult.Builder result) throws IOException {
        var stdout = log.resolveSibling("stdout");
        var stderr = log.resolveSibling("stderr");
        try (var content = Files.newInputStream(log);
                var out = new BufferedOutputStream(Files.newOutputStream(stdout));
                var err = new BufferedOutputStream(Files.newOutputStream(stderr))) {
            LogReader.split(content, out, err);
        }
        keepStream(stdout, ActionResult.Builder::setStdoutDigest, ActionResult.Builder::setStdoutRaw, result);
        keepStream(stderr, ActionResult.Builder::setStderrDigest, ActionResult.Builder::setStderrRaw, result);
        return blobs.adopt(log, HashFunction.SHA256);
    }

    private interface Setter<T> {
        ActionResult.Builder set(ActionResult.Builder result, T value);
    }

    private void keepStream(
            Path file,
            Setter<build.bazel.remote.execution.v2.Digest> digest,
            Setter<ByteString> raw,
            ActionResult.Builder result)
            throws IOException {
        var size = Files.size(file);
        if (size == 0) {
            return;
        }
        if (size <= INLINE_BYTES) {
            raw.set(result, ByteString.copyFrom(Files.readAllBytes(file)));
        }
        digest.set(result, Digests.toProto(blobs.adopt(file, function)));
    }
}
