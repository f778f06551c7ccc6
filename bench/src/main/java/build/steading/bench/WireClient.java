// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// Loads a gRPC server with messages that were serialised before, so that nearly all the work is the server's.
final class WireClient implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 8 << 20;
    private static final int CLOSE_SECONDS = 5;

    private final EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ManagedChannel channel;

    /// @param socket of the server
    WireClient(Path socket) {
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .overrideAuthority("localhost")
                .usePlaintext()
                .channelFactory(NioDomainSocketChannel::new)
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .eventLoopGroup(eventLoop)
                .directExecutor()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    /// Passes messages on as they are.
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
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

    static MethodDescriptor<byte[], byte[]> raw(MethodDescriptor<?, ?> method) {
        return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                .setType(method.getType() == MethodType.UNARY ? MethodType.UNARY : MethodType.BIDI_STREAMING)
                .setFullMethodName(method.getFullMethodName())
                .build();
    }

    /// Makes one call a request, so many at a time.
    ///
    /// @param check is shown every answer
    /// @return calls a second
    double rate(MethodDescriptor<?, ?> method, List<byte[]> requests, int inFlight, Consumer<byte[]> check)
            throws InterruptedException {
        var raw = raw(method);
        var slots = new Semaphore(inFlight);
        var failure = new AtomicReference<Throwable>();
        var begin = System.nanoTime();
        for (var request : requests) {
            slots.acquire();
            var _ = call(raw, List.of(request).iterator(), check).whenComplete((_, thrown) -> {
                if (thrown != null) {
                    failure.set(thrown);
                }
                slots.release();
            });
        }
        slots.acquire(inFlight);
        var seconds = (System.nanoTime() - begin) / 1e9;
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
        return requests.size() / seconds;
    }

    /// Makes one call to its end.
    ///
    /// @return how many bytes all answers had together
    long call(MethodDescriptor<?, ?> method, Iterator<byte[]> requests) throws InterruptedException {
        var bytes = new AtomicLong();
        try {
            call(raw(method), requests, answer -> bytes.addAndGet(answer.length))
                    .join();
        } catch (CompletionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return bytes.get();
    }

    private CompletableFuture<Void> call(
            MethodDescriptor<byte[], byte[]> method, Iterator<byte[]> requests, Consumer<byte[]> check) {
        var call = channel.newCall(method, CallOptions.DEFAULT);
        var end = new End(call, requests, check);
        call.start(end, new Metadata());
        call.request(2);
        end.send();
        return end.done;
    }

    private static final class End extends ClientCall.Listener<byte[]> {
        private final ClientCall<byte[], byte[]> call;
        private final Iterator<byte[]> requests;
        private final Consumer<byte[]> check;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private boolean sent;

        End(ClientCall<byte[], byte[]> call, Iterator<byte[]> requests, Consumer<byte[]> check) {
            this.call = call;
            this.requests = requests;
            this.check = check;
        }

        synchronized void send() {
            var first = true;
            while (!sent && requests.hasNext() && (first || call.isReady())) {
                call.sendMessage(requests.next());
                first = false;
            }
            if (!sent && !requests.hasNext()) {
                sent = true;
                call.halfClose();
            }
        }

        @Override
        public void onReady() {
            send();
        }

        @Override
        public void onMessage(byte[] message) {
            check.accept(message);
            call.request(1);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
                done.complete(null);
            } else {
                done.completeExceptionally(status.asRuntimeException());
            }
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        var _ = eventLoop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
