// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.bazel.remote.execution.v2.WaitExecutionRequest;
import build.steading.action.MemoryActionCache;
import build.steading.auth.Identity;
import build.steading.auth.Recognition;
import build.steading.auth.Role;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.lifecycle.Resources;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.WriteRequest;
import com.google.bytestream.WriteResponse;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two who share a server: one wants all there is, the other must not notice.
class GreedyCallerTest {
    private static final Metadata.Key<String> NAME = Metadata.Key.of("name", Metadata.ASCII_STRING_MARSHALLER);
    private static final long ROOM_BYTES = 16 << 20;
    private static final ByteString PIECE = ByteString.copyFrom(new byte[] {1});

    private final Resources resources = new Resources();
    private final FakeExecutor executor = new FakeExecutor();

    @AfterEach
    void close() {
        resources.close();
    }

    @Test
    void operationsOfOneLeaveRoomForAnother() throws Exception {
        var server = server(1_000, 8);
        var greedy = executeUntilRefused(caller(server, "ann"));

        assertThat(greedy).hasSize(4);
        assertThat(next(execute(caller(server, "bob"))).getName()).startsWith("operations/");
    }

    @Test
    void endedOperationMakesRoom() throws Exception {
        var server = server(1_000, 8);
        var ann = caller(server, "ann");
        var greedy = executeUntilRefused(ann);

        executor.next().end(FakeExecutor.completed(0));
        while (!next(greedy.getFirst()).getDone()) {
            // Whatever comes before the end.
        }

        assertThat(executeUntilRefused(ann)).hasSize(1);
    }

    @Test
    void uploadsOfOneLeaveRoomForAnother() throws Exception {
        var server = server(8, 1_000);
        var ann = caller(server, "ann");
        for (var i = 0; i < 4; i++) {
            var _ = upload(ann, i);
        }
        var refused =
                catchThrowableOfType(StatusException.class, () -> upload(ann, 4).read());

        assertOverloaded(refused);
        assertOverloaded(catchThrowableOfType(StatusException.class, () -> ask(ann)));
        ask(caller(server, "bob"));
        var call = upload(caller(server, "bob"), 5);
        call.write(WriteRequest.newBuilder()
                .setWriteOffset(1)
                .setData(ByteString.copyFrom(new byte[] {5}))
                .setFinishWrite(true)
                .build());
        assertThat(call.read().getCommittedSize()).isEqualTo(2);
    }

    @Test
    void answeredCallsMakeRoomBeforeTheirAnswers() throws Exception {
        var ann = caller(server(2, 1_000), "ann");
        for (var i = 0; i < 1_000; i++) {
            ask(ann);
        }

        var _ = upload(ann, 0);
        assertOverloaded(catchThrowableOfType(StatusException.class, () -> ask(ann)));
    }

    @Test
    void refusedAndFailedCallsMakeRoomToo() throws Exception {
        var ann = caller(server(2, 1_000), "ann");
        for (var i = 0; i < 100; i++) {
            var bad =
                    WaitExecutionRequest.newBuilder().setName("operations/none").build();
            var refused = GrpcTest.status(
                    () -> next(ExecutionGrpc.newBlockingV2Stub(ann).waitExecution(bad)));
            assertThat(refused.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        }
    }

    @Test
    void cancelledCallsMakeRoom() throws Exception {
        var ann = caller(server(2, 1_000), "ann");
        var call = upload(ann, 0);
        assertThat(isRefused(ann)).isTrue();

        call.cancel("gone", null);

        awaitRoom(ann);
    }

    /// Nobody is told when a call that was cancelled is over.
    private static void awaitRoom(Channel caller) {
        var patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (isRefused(caller)) {
            assertThat(System.nanoTime()).isLessThan(patience);
            Thread.onSpinWait();
        }
    }

    @Test
    void bytesOfOneLeaveRoomForAnother() throws Exception {
        var server = server(1_000, 1_000);
        var ann = caller(server, "ann");
        var open = new ArrayList<BlockingClientCall<WriteRequest, WriteResponse>>();
        for (var i = 0; i < ROOM_BYTES / (1 << 20); i++) {
            open.add(bigUpload(ann, i));
        }

        var patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (open.stream().noneMatch(GreedyCallerTest::isOverloaded)) {
            assertThat(System.nanoTime()).isLessThan(patience);
        }
        var bob = bigUpload(caller(server, "bob"), 99);
        assertThat(isOverloaded(bob)).isFalse();
    }

    /// Only a real connection keeps an answer back for want of a reader.
    @Test
    void answersThatNobodyReadsAreNotPiledUp(@TempDir Path directory) throws Exception {
        var blobs = new MemoryBlobStore();
        var blob = new byte[512 << 10];
        var digest = Blobs.put(blobs, blob);
        var socket = directory.resolve("farm");
        var config = config(Optional.of(socket), limits(1_000, OperationLimits.STANDARD));
        resources.add(GrpcServer.start(config, blobs, new MemoryActionCache(1), executor));
        var channel = Grpc.newChannelBuilder("unix:" + socket, InsecureChannelCredentials.create())
                .build();
        resources.add(channel::shutdownNow);
        var request = BatchReadBlobsRequest.newBuilder()
                .addDigests(GrpcTest.proto(digest))
                .build();
        var ends = new LinkedBlockingQueue<Status>();
        var open = new ArrayList<ClientCall<?, ?>>();
        for (var i = 0; i < 2 * ROOM_BYTES / blob.length; i++) {
            open.add(askWithoutReading(channel, request, ends));
        }

        var refused = ends.poll(10, TimeUnit.SECONDS);
        assertThat(refused).isNotNull();
        assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refused.getDescription()).contains("unread bytes");

        open.forEach(call -> call.cancel("gone", null));
        var reader = ContentAddressableStorageGrpc.newBlockingV2Stub(channel);
        var patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (GrpcTest.status(() -> reader.batchReadBlobs(request)).getCode() == Status.Code.RESOURCE_EXHAUSTED) {
            assertThat(System.nanoTime()).isLessThan(patience);
        }
        for (var i = 0; i < 2 * ROOM_BYTES / blob.length; i++) {
            assertThat(reader.batchReadBlobs(request).getResponses(0).getData().size())
                    .isEqualTo(blob.length);
        }
    }

    /// Asks for blobs, and takes nothing but the end of the call, as long as that is not for want of an answer.
    private static ClientCall<?, ?> askWithoutReading(
            Channel caller, BatchReadBlobsRequest request, Queue<Status> ends) {
        var call = caller.newCall(ContentAddressableStorageGrpc.getBatchReadBlobsMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        if (status.getCode() != Status.Code.CANCELLED) {
                            ends.add(status);
                        }
                    }
                },
                new Metadata());
        call.sendMessage(request);
        call.halfClose();
        return call;
    }

    /// Sends half a blob, and so leaves a mebibyte waiting for the rest.
    private static BlockingClientCall<WriteRequest, WriteResponse> bigUpload(Channel caller, int number)
            throws Exception {
        var digest = new Digest(Digest.of(new byte[] {2, (byte) number}).hash(), 1 << 20);
        var call = ByteStreamGrpc.newBlockingV2Stub(caller).write();
        call.write(WriteRequest.newBuilder()
                .setResourceName("uploads/b%d/blobs/%s".formatted(number, digest))
                .setData(ByteString.copyFrom(new byte[(1 << 20) - 1]))
                .build());
        return call;
    }

    private static boolean isOverloaded(BlockingClientCall<?, ?> call) {
        try {
            return call.read(100, TimeUnit.MILLISECONDS) == null;
        } catch (TimeoutException _) {
            return false;
        } catch (StatusException e) {
            return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static List<BlockingClientCall<?, Operation>> executeUntilRefused(Channel caller) throws Exception {
        var open = new ArrayList<BlockingClientCall<?, Operation>>();
        while (true) {
            var call = execute(caller);
            try {
                next(call);
                open.add(call);
            } catch (StatusException e) {
                assertOverloaded(e);
                return open;
            }
        }
    }

    private static void assertOverloaded(StatusException refused) throws Exception {
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refused.getStatus().getDescription()).startsWith("`ann` has ");
        var retry = StatusProto.fromThrowable(refused).getDetails(0).unpack(RetryInfo.class);
        assertThat(retry.getRetryDelay().getSeconds()).isPositive();
    }

    private static BlockingClientCall<?, Operation> execute(Channel caller) {
        return ExecutionGrpc.newBlockingV2Stub(caller)
                .execute(ExecuteRequest.newBuilder()
                        .setActionDigest(GrpcTest.proto(Digest.EMPTY))
                        .build());
    }

    private static Operation next(BlockingClientCall<?, Operation> call) throws Exception {
        return call.read(10, TimeUnit.SECONDS);
    }

    /// Begins an upload, and returns when the server waits for the rest of it.
    private static BlockingClientCall<WriteRequest, WriteResponse> upload(Channel caller, int number) throws Exception {
        var digest = Digest.of(new byte[] {1, (byte) number});
        var call = ByteStreamGrpc.newBlockingV2Stub(caller).write();
        call.write(WriteRequest.newBuilder()
                .setResourceName("uploads/u%d/blobs/%s".formatted(number, digest))
                .setData(PIECE)
                .build());
        return call;
    }

    private static void ask(Channel caller) throws StatusException {
        var _ = CapabilitiesGrpc.newBlockingV2Stub(caller).getCapabilities(GetCapabilitiesRequest.getDefaultInstance());
    }

    private static boolean isRefused(Channel caller) {
        return GrpcTest.status(() -> ask(caller)).getCode() == Status.Code.RESOURCE_EXHAUSTED;
    }

    /// Starts a server that believes whatever name it is told.
    private Channel server(int maxCalls, int maxRunning) throws Exception {
        var standard = OperationLimits.STANDARD;
        var operations = new OperationLimits(
                maxRunning, standard.maxEndedBytes(), standard.keep(), standard.grace(), standard.repeat());
        var config = config(Optional.of(Path.of("unused")), limits(maxCalls, operations));
        var book = resources.add(new OperationBook(executor, operations, InstantSource.system()));
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        resources.add(threads::shutdownNow);
        var name = InProcessServerBuilder.generateName();
        var services =
                new Services(config, new MemoryBlobStore(), new MemoryActionCache(1), book, InstantSource.system());
        var server = services.addTo(
                        InProcessServerBuilder.forName(name),
                        (_, headers) ->
                                new Recognition.Known(new Identity(String.valueOf(headers.get(NAME)), Role.BUILDER)))
                .executor(threads)
                .build()
                .start();
        resources.add(server::shutdownNow);
        var channel = InProcessChannelBuilder.forName(name).executor(threads).build();
        resources.add(channel::shutdownNow);
        return channel;
    }

    private static GrpcLimits limits(int maxCalls, OperationLimits operations) {
        return new GrpcLimits(
                4 << 20, 1 << 20, 1 << 20, 1_000, maxCalls, ROOM_BYTES, Duration.ofMinutes(1), operations);
    }

    private static GrpcConfig config(Optional<Path> socket, GrpcLimits limits) {
        return new GrpcConfig(socket, OptionalInt.empty(), Optional.empty(), InstanceNames.ANY, Role.ADMIN, limits);
    }

    private static Channel caller(Channel server, String name) {
        var headers = new Metadata();
        headers.put(NAME, name);
        return ClientInterceptors.intercept(server, MetadataUtils.newAttachHeadersInterceptor(headers));
    }
}
