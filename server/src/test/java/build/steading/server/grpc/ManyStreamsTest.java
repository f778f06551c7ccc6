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
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.lifecycle.Resources;
import com.google.longrunning.Operation;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// As many streams as a big build opens, of one client with a few connections.
class ManyStreamsTest {
    private static final int STREAMS = 5_000;
    private static final int CHANNELS = 6;
    private static final int NEWS = 100;
    private static final int SECONDS = 60;

    /// What a stream may cost on both sides together, as long as its client reads nothing.
    private static final long MAX_BYTES_EACH = 40 << 10;

    @TempDir
    private Path directory;

    private final Resources resources = new Resources();
    private final FakeExecutor executor = new FakeExecutor();
    private final List<Channel> channels = new ArrayList<>();

    @BeforeEach
    void start() {
        var socket = directory.resolve("farm");
        resources.add(GrpcServer.start(
                GrpcConfig.onSocket(socket), new MemoryBlobStore(), new MemoryActionCache(100), executor));
        for (var i = 0; i <= CHANNELS; i++) {
            var channel = Grpc.newChannelBuilder("unix:" + socket, InsecureChannelCredentials.create())
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
            var reason = "for a worker, " + i;
            stakes.forEach(stake -> stake.observer.queued(reason));
        }
        ask();
        assertThat((usedBytes() - before) / STREAMS).isLessThan(MAX_BYTES_EACH);

        stakes.forEach(stake -> stake.end(FakeExecutor.completed(0)));
        streams.readOn();
        assertThat(streams.ended.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(streams.succeeded).hasValue(STREAMS);
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

        void readOn() {
            calls.forEach(call -> call.request(NEWS * 2));
        }

        ClientCall.Listener<Operation> listener() {
            return new ClientCall.Listener<>() {
                private boolean first = true;

                @Override
                public void onMessage(Operation message) {
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
