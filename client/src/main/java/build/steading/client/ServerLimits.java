// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.DigestFunction;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.bazel.remote.execution.v2.ServerCapabilities;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/// What the server can take at once: asked for when it is first needed, and then remembered. Thread-safe.
final class ServerLimits {
    /// What every message of 4 MiB holds, also where the server says that batches may be longer.
    private static final long MAX_BATCH_BYTES = (4 << 20) - (64 << 10);

    private final Connection connection;

    @GuardedBy("this")
    private @Nullable Answer answer;

    /// @param batchBytes how many bytes one message of a batch may hold
    /// @param zstd whether blobs in it may be compressed
    private record Answer(long batchBytes, boolean zstd) {}

    ServerLimits(Connection connection) {
        this.connection = connection;
    }

    /// Returns how many bytes one message of a batch may hold, digests and all.
    ///
    /// @throws SteadingException with `Invalid` if the server does not know SHA-256
    long batchBytes() {
        return answer().batchBytes();
    }

    /// Returns whether blobs that are sent in batches may be compressed by Zstandard.
    ///
    /// @throws SteadingException as [#batchBytes]
    boolean takesZstd() {
        return answer().zstd();
    }

    private Answer answer() {
        synchronized (this) {
            if (answer != null) {
                return answer;
            }
        }
        var asked = ask();
        synchronized (this) {
            answer = asked;
        }
        return asked;
    }

    private Answer ask() {
        var cache = connection.retrying(this::capabilities).getCacheCapabilities();
        if (cache.getDigestFunctionsCount() > 0
                && !cache.getDigestFunctionsList().contains(DigestFunction.Value.SHA256)) {
            throw SteadingException.invalid(
                    "The server names blobs by %s; needed is `SHA256`", cache.getDigestFunctionsList());
        }
        var limit = cache.getMaxBatchTotalSizeBytes();
        return new Answer(
                limit <= 0 ? MAX_BATCH_BYTES : Math.min(limit, MAX_BATCH_BYTES),
                cache.getSupportedBatchUpdateCompressorsList().contains(Compressor.Value.ZSTD));
    }

    private ServerCapabilities capabilities() throws StatusException {
        var stub = connection.withDeadline(
                connection.prepare(CapabilitiesGrpc.newBlockingV2Stub(connection.channel())), 0);
        try {
            return stub.getCapabilities(GetCapabilitiesRequest.newBuilder()
                    .setInstanceName(connection.instance())
                    .build());
        } catch (StatusException e) {
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                return ServerCapabilities.getDefaultInstance();
            }
            throw e;
        }
    }
}
