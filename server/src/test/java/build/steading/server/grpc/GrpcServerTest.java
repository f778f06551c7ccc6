// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.steading.action.MemoryActionCache;
import build.steading.auth.Role;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.WriteRequest;
import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcServerTest {
    @TempDir
    private Path directory;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private ManagedChannel channel;

    @AfterEach
    void close() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }

    @Test
    void servesOnAUnixSocketAndOnLoopback() throws Exception {
        var socket = directory.resolve("farm");
        var both = new GrpcConfig(
                Optional.of(socket),
                OptionalInt.of(0),
                Optional.empty(),
                InstanceNames.ANY,
                Role.WORKER,
                GrpcLimits.STANDARD);
        try (var server = start(both)) {
            ask("unix:" + socket);
            ask("127.0.0.1:" + server.port().getAsInt());
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void clientReachesItByEitherAddress() throws Exception {
        var socket = directory.resolve("farm");
        var both = new GrpcConfig(
                Optional.of(socket),
                OptionalInt.of(0),
                Optional.empty(),
                InstanceNames.ANY,
                Role.WORKER,
                GrpcLimits.STANDARD);
        try (var server = start(both)) {
            var addresses = List.of(
                    "unix:" + socket, "grpc://127.0.0.1:" + server.port().getAsInt());
            for (var address : addresses) {
                var content = GrpcTest.bytes(10_000_000, address.length());
                try (var cluster = RemoteCluster.connect(URI.create(address), "main", RetryPolicy.STANDARD)) {
                    assertThat(Blobs.read(cluster.blobs(), Blobs.put(cluster.blobs(), content)))
                            .isEqualTo(content);
                }
            }
        }
    }

    @Test
    void messageAboveTheLimitLeavesTheConnectionAlive() throws Exception {
        try (var server = start(GrpcConfig.onSocket(directory.resolve("farm")))) {
            connect("unix:" + directory.resolve("farm"));
            var stub = ContentAddressableStorageGrpc.newBlockingV2Stub(channel);
            var tooLong = BatchUpdateBlobsRequest.newBuilder()
                    .addRequests(BatchUpdateBlobsRequest.Request.newBuilder()
                            .setData(ByteString.copyFrom(new byte[4 << 20])))
                    .build();

            GrpcTest.assertFails(Status.Code.RESOURCE_EXHAUSTED, () -> stub.batchUpdateBlobs(tooLong));
            CapabilitiesGrpc.newBlockingV2Stub(channel).getCapabilities(GetCapabilitiesRequest.getDefaultInstance());
            assertThat(server.port()).isEmpty();
        }
    }

    @Test
    void presentBlobIsNotWaitedFor() throws Exception {
        var content = GrpcTest.bytes(20 << 20, 1);
        var digest = Blobs.put(blobs, content);
        try (var _ = start(GrpcConfig.onSocket(directory.resolve("farm")))) {
            connect("unix:" + directory.resolve("farm"));
            var call = ByteStreamGrpc.newBlockingV2Stub(channel).write();
            var piece = ByteString.copyFrom(content, 0, 1 << 20);
            var sent = 0;
            while (sent < content.length
                    && call.write(WriteRequest.newBuilder()
                            .setResourceName("uploads/u/blobs/" + digest)
                            .setWriteOffset(sent)
                            .setData(piece)
                            .build())) {
                sent += piece.size();
            }

            assertThat(call.read().getCommittedSize()).isEqualTo(content.length);
            assertThat(sent).isLessThan(content.length);
        }
    }

    @Test
    void slowReaderHoldsUpNobodyElse() throws Exception {
        var big = Blobs.put(blobs, GrpcTest.bytes(32 << 20, 1));
        var small = Blobs.put(blobs, new byte[] {1});
        try (var _ = start(GrpcConfig.onSocket(directory.resolve("farm")))) {
            connect("unix:" + directory.resolve("farm"));
            var stub = ByteStreamGrpc.newBlockingV2Stub(channel);
            for (var i = 0; i < 20; i++) {
                assertThat(stub.read(read(big)).read()).isNotNull();
            }

            assertThat(stub.read(read(small)).read().getData().size()).isOne();
        }
    }

    @Test
    void socketOfADeadServerIsReplaced() throws Exception {
        var socket = directory.resolve("farm");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertThat(Files.exists(socket)).isTrue();

        try (var _ = start(GrpcConfig.onSocket(socket))) {
            ask("unix:" + socket);
        }
    }

    @Test
    void socketOfALivingServerIsLeftAlone() throws Exception {
        var socket = directory.resolve("farm");
        try (var _ = start(GrpcConfig.onSocket(socket))) {
            assertThatThrownBy(() -> start(GrpcConfig.onSocket(socket)))
                    .isInstanceOfSatisfying(
                            SteadingException.class,
                            e -> assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class));
            ask("unix:" + socket);
        }
    }

    @Test
    void socketPathThatTheKernelCannotHoldIsRefused() {
        var config = GrpcConfig.onSocket(directory.resolve("x".repeat(120)));

        assertThatThrownBy(() -> start(config))
                .isInstanceOf(SteadingException.class)
                .hasMessageContaining("allowed are 107");
    }

    private GrpcServer start(GrpcConfig config) {
        return GrpcServer.start(config, blobs, new MemoryActionCache(1_000), new FakeExecutor());
    }

    private void ask(String target) throws Exception {
        connect(target);
        var stub = CapabilitiesGrpc.newBlockingV2Stub(channel);
        assertThat(stub.getCapabilities(GetCapabilitiesRequest.getDefaultInstance())
                        .hasCacheCapabilities())
                .isTrue();
    }

    private void connect(String target) {
        close();
        channel = Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
                .build();
    }

    private static ReadRequest read(Digest digest) {
        return ReadRequest.newBuilder().setResourceName("blobs/" + digest).build();
    }
}
