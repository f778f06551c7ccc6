// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A call whose messages are whatever bytes one likes.
final class RawCall extends ClientCall.Listener<byte[]> {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final CompletableFuture<byte[]> first = new CompletableFuture<>();
    private final ClientCall<byte[], byte[]> call;

    /// Begins a call, and takes whatever is answered.
    RawCall(Channel channel, MethodDescriptor<?, ?> method) {
        this(channel, method, Integer.MAX_VALUE);
    }

    /// @param takes how many messages of the answer it takes
    RawCall(Channel channel, MethodDescriptor<?, ?> method, int takes) {
        call = channel.newCall(
                method.toBuilder(Bytes.AS_THEY_ARE, Bytes.AS_THEY_ARE).build(), CallOptions.DEFAULT);
        call.start(this, new Metadata());
        call.request(takes);
    }

    /// Makes a call of these messages, and returns how it ended; `OK` also if it only began to answer, as what is
    /// executed does.
    static Status status(Channel channel, MethodDescriptor<?, ?> method, List<byte[]> messages) {
        var call = new RawCall(channel, method);
        messages.forEach(call::send);
        call.halfClose();
        var ended = call.answered();
        call.cancel();
        return ended;
    }

    void send(byte[] message) {
        call.sendMessage(message);
    }

    void halfClose() {
        call.halfClose();
    }

    /// Goes away. Returns when the call is over.
    void cancel() {
        call.cancel("Had enough", null);
        ended();
    }

    /// Takes more messages.
    void take(int more) {
        call.request(more);
    }

    /// Waits until the call has ended.
    Status ended() {
        return within(end);
    }

    /// Waits for the end or, if that comes before, for something to come.
    Status answered() {
        within(CompletableFuture.anyOf(end, first));
        return end.getNow(Status.OK);
    }

    private static <T> T within(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            throw new AssertionError("The call did not end within " + PATIENCE);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void onMessage(byte[] message) {
        first.complete(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        end.complete(status);
    }

    /// Asserts that a call ended as calls may end, whatever the client does: not by a bug of the server.
    static void assertOrderly(Status status) {
        assertThat(status.getCode()).as("%s", status).isNotIn(Status.Code.UNKNOWN, Status.Code.INTERNAL);
        assertThat(String.valueOf(status.getDescription())).doesNotContain("Exception", "\tat ");
    }

    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        AS_THEY_ARE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
