// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.steading.action.MemoryActionCache;
import build.steading.auth.Role;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.lifecycle.Resources;
import com.google.longrunning.Operation;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// As many streams as a big build opens, of one client with a few connections.
class ManyStreamsTest {
    private static final int STREAMS = 5_000;
    private static final int CHANNELS = 6;
    private static final int NEWS = 50;
    private static final int NEWS_CHARS = 2_000;
    private static final int SECONDS = 60;

    /// What a stream may cost on both sides together, beside what is on its way.
    private static final long MAX_BYTES_EACH = 40 << 10;

    /// How much a client takes that does not read.
    private static final int WINDOW_BYTES = NEWS_CHARS;

    /// What may be on its way to a client that does not read: a few of its news, and the end.
    private static final long MAX_UNREAD_BYTES_EACH = 5 * NEWS_CHARS;

    private final Resources resources = new Resources();
    private final FakeExecutor executor = new FakeExecutor();
    private final List<Channel> channels = new ArrayList<>();

    @BeforeEach
    void start() {
        var config = new GrpcConfig(
                Optional.empty(),
                OptionalInt.of(0),
                Optional.empty(),
                InstanceNames.ANY,
                Role.WORKER,
                GrpcLimits.STANDARD);
        var server =
                resources.add(GrpcServer.start(config, new MemoryBlobStore(), new MemoryActionCache(100), executor));
        for (var i = 0; i <= CHANNELS; i++) {
            var channel = NettyChannelBuilder.forAddress(
                            "127.0.0.1", server.port().orElseThrow())
                    .usePlaintext()
                    .flowControlWindow(WINDOW_BYTES)
                    .directExecutor()
                    .build();
            resources.add(channel::shutdownNow);
            channels.add(channel);
        }
    }

    @AfterEach
    void stop() {
        resources.close();
    }

    @Test
    void openStreamsLeaveRoomForCallsAndCostLittle() throws Exception {
        ask();
        var before = usedBytes();

        var streams = open();
        ask();
        var stakes = new ArrayList<FakeExecutor.Stake>();
        for (var i = 0; i < STREAMS; i++) {
            stakes.add(executor.next());
        }
        for (var i = 0; i < NEWS; i++) {
            var reason = "x".repeat(NEWS_CHARS) + i;
            stakes.forEach(stake -> stake.observer.queued(reason));
        }
        ask();
        assertThat((usedBytes() - before) / STREAMS).isLessThan(MAX_BYTES_EACH);

        stakes.forEach(stake -> stake.end(FakeExecutor.completed(0)));
        streams.readOn();
        assertThat(streams.ended.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(streams.succeeded).hasValue(STREAMS);
        assertThat(streams.bytes.get() / STREAMS).isLessThan(MAX_UNREAD_BYTES_EACH);
    }

    /// Opens all streams, and returns when each has told its first news.
    private Streams open() throws InterruptedException {
        var streams = new Streams();
        var request = ExecuteRequest.newBuilder()
                .setActionDigest(GrpcTest.proto(Digest.EMPTY))
                .build();
        for (var i = 0; i < STREAMS; i++) {
            var call = channels.get(i % CHANNELS).newCall(ExecutionGrpc.getExecuteMethod(), CallOptions.DEFAULT);
            streams.calls.add(call);
            call.start(streams.listener(), new Metadata());
            call.request(1);
            call.sendMessage(request);
            call.halfClose();
        }
        assertThat(streams.begun.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        return streams;
    }

    /// Asks by a connection that has no streams, and by one that has.
    private void ask() throws Exception {
        for (var channel : List.of(channels.getFirst(), channels.getLast())) {
            assertThat(CapabilitiesGrpc.newBlockingV2Stub(channel)
                            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                            .getCapabilities(GetCapabilitiesRequest.getDefaultInstance())
                            .hasExecutionCapabilities())
                    .isTrue();
            assertThat(ContentAddressableStorageGrpc.newBlockingV2Stub(channel)
                            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                            .findMissingBlobs(FindMissingBlobsRequest.newBuilder()
                                    .addBlobDigests(GrpcTest.proto(Digest.of(new byte[] {1})))
                                    .build())
                            .getMissingBlobDigestsCount())
                    .isOne();
        }
    }

    private static long usedBytes() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static final class Streams {
        private final List<ClientCall<?, ?>> calls = new ArrayList<>();
        private final CountDownLatch begun = new CountDownLatch(STREAMS);
        private final CountDownLatch ended = new CountDownLatch(STREAMS);
        private final AtomicInteger succeeded = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();

        void readOn() {
            calls.forEach(call -> call.request(NEWS * 2));
        }

        ClientCall.Listener<Operation> listener() {
            return new ClientCall.Listener<>() {
                private boolean first = true;

                @Override
                public void onMessage(Operation message) {
                    bytes.addAndGet(message.getSerializedSize());
                    if (first) {
                        first = false;
                        begun.countDown();
                    }
                    if (message.getDone()) {
                        succeeded.incrementAndGet();
                    }
                }

                @Override
                public void onClose(Status status, Metadata trailers) {
                    ended.countDown();
                }
            };
        }
    }
}
