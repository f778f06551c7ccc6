// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.RequestMetadata;
import build.bazel.remote.execution.v2.ToolDetails;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One server as all ports see it: a channel, an instance name, who we say we are, and how often we try.
///
/// @param instance may be empty, and may contain `/`
record Connection(ManagedChannel channel, String instance, RetryPolicy policy) {
    private static final Metadata.Key<byte[]> HEADER =
            Metadata.Key.of("build.bazel.remote.execution.v2.requestmetadata-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /// Names the process in the header, where a call belongs to nothing greater.
    private static final String PROCESS = UUID.randomUUID().toString();

    /// A call that may be made again.
    @FunctionalInterface
    interface Call<T> {
        T make() throws StatusException, InterruptedException;
    }

    /// Prepares a call that belongs to no action.
    <S extends AbstractStub<S>> S prepare(S stub) {
        return describe(stub, "", PROCESS);
    }

    /// Prepares a call whose length does not depend on a stream.
    <S extends AbstractStub<S>> S withDeadline(S stub, long bytes) {
        return stub.withDeadlineAfter(policy.deadline(bytes).toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Adds the header that says what a call is for.
    ///
    /// @param action hash of the action that the call is about, if any
    /// @param invocation what groups the calls
    <S extends AbstractStub<S>> S describe(S stub, String action, String invocation) {
        var metadata = RequestMetadata.newBuilder()
                .setToolDetails(ToolDetails.newBuilder().setToolName("steading"))
                .setActionId(action)
                .setToolInvocationId(invocation.isEmpty() ? PROCESS : invocation)
                .build();
        var headers = new Metadata();
        headers.put(HEADER, metadata.toByteArray());
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /// Makes a call, and again if it fails in a way that may pass.
    ///
    /// @throws SteadingException with what the server meant, after the last attempt
    <T> T retrying(Call<T> call) {
        for (var attempt = 1; ; attempt++) {
            try {
                return call.make();
            } catch (StatusException e) {
                var status = Failures.status(e);
                if (!Failures.retryable(e) || attempt >= policy.attempts()) {
                    throw Failures.of(e);
                }
                pause(attempt, status);
            } catch (InterruptedException _) {
                throw interrupted();
            }
        }
    }

    /// Returns the next message of a stream, which is due; null if the stream has ended.
    ///
    /// @throws StatusException also if nothing comes within the deadline of a call
    <T> @Nullable T readSoon(BlockingClientCall<?, T> call) throws StatusException, InterruptedException {
        try {
            return call.read(policy.deadline().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            call.cancel("The server does not answer", null);
            throw io.grpc.Status.DEADLINE_EXCEEDED
                    .withDescription("The server does not answer")
                    .asException();
        }
    }

    /// Waits before attempt number `attempt + 1`: as long as the server asks, else longer each time, and never
    /// exactly as long as other clients.
    void pauseOrThrow(int attempt, Status status) throws InterruptedException {
        var doubled = policy.firstDelay().multipliedBy(1L << Math.min(attempt - 1, 20));
        var delay = Failures.retryAfter(status).orElse(doubled);
        var millis = Math.min(delay.toMillis(), policy.maxDelay().toMillis());
        Thread.sleep(Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1)));
        // The channel has a patience of its own, which grows longer than ours: a server that is back is found.
        channel.resetConnectBackoff();
    }

    private void pause(int attempt, Status status) throws SteadingException {
        try {
            pauseOrThrow(attempt, status);
        } catch (InterruptedException _) {
            throw interrupted();
        }
    }

    static SteadingException interrupted() {
        Thread.currentThread().interrupt();
        return new SteadingException(new Failure.Unavailable("Interrupted while waiting for a server"));
    }

    /// Returns the start of resource names.
    String prefix() {
        return instance.isEmpty() ? "" : instance + "/";
    }
}
