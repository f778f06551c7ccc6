// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchReadBlobsResponse;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsResponse;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.bazel.remote.execution.v2.FindMissingBlobsResponse;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.ReadResponse;
import com.google.bytestream.WriteRequest;
import com.google.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The least that can serve storage by gRPC: everything in memory, and nothing checked but SHA-256. What a server
/// in Java can be compared with.
///
/// Arguments: a unix domain socket to listen on. Ends when its standard input does.
final class BareServer {
    private static final Map<Digest, ByteString> BLOBS = new ConcurrentHashMap<>();
    private static final Map<Digest, ActionResult> RESULTS = new ConcurrentHashMap<>();
    private static final int CHUNK_BYTES = 1 << 20;

    private BareServer() {}

    static void main(String... arguments) throws IOException {
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(Path.of(arguments[0])))
                .channelFactory(NioServerDomainSocketChannel::new)
                .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .maxInboundMessageSize(CHUNK_BYTES << 3)
                .addService(new Storage())
                .addService(new Streams())
                .addService(new Results())
                .build()
                .start();
        var _ = System.in.read();
        server.shutdownNow();
        System.exit(0);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static void keep(Digest digest, ByteString bytes, MessageDigest sha256) {
        if (!HexFormat.of().formatHex(sha256.digest()).equals(digest.getHash())) {
            throw Status.INVALID_ARGUMENT.asRuntimeException();
        }
        BLOBS.put(digest, bytes);
    }

    private static MessageDigest of(ByteString bytes) {
        var sha256 = sha256();
        sha256.update(bytes.asReadOnlyByteBuffer());
        return sha256;
    }

    private static Digest named(String resource) {
        var parts = resource.split("/", -1);
        return Digest.newBuilder()
                .setHash(parts[parts.length - 2])
                .setSizeBytes(Long.parseLong(parts[parts.length - 1]))
                .build();
    }

    private static <T> T known(@Nullable T value) {
        if (value == null) {
            throw Status.NOT_FOUND.asRuntimeException();
        }
        return value;
    }

    private static <T> void answer(StreamObserver<T> response, T message) {
        response.onNext(message);
        response.onCompleted();
    }

    private static final class Storage extends ContentAddressableStorageGrpc.ContentAddressableStorageImplBase {
        @Override
        public void findMissingBlobs(
                FindMissingBlobsRequest request, StreamObserver<FindMissingBlobsResponse> response) {
            var missing = FindMissingBlobsResponse.newBuilder();
            for (var digest : request.getBlobDigestsList()) {
                if (!BLOBS.containsKey(digest)) {
                    missing.addMissingBlobDigests(digest);
                }
            }
            answer(response, missing.build());
        }

        @Override
        public void batchUpdateBlobs(
                BatchUpdateBlobsRequest request, StreamObserver<BatchUpdateBlobsResponse> response) {
            var stored = BatchUpdateBlobsResponse.newBuilder();
            for (var blob : request.getRequestsList()) {
                keep(blob.getDigest(), blob.getData(), of(blob.getData()));
                stored.addResponsesBuilder().setDigest(blob.getDigest());
            }
            answer(response, stored.build());
        }

        @Override
        public void batchReadBlobs(BatchReadBlobsRequest request, StreamObserver<BatchReadBlobsResponse> response) {
            var read = BatchReadBlobsResponse.newBuilder();
            for (var digest : request.getDigestsList()) {
                read.addResponsesBuilder().setDigest(digest).setData(known(BLOBS.get(digest)));
            }
            answer(response, read.build());
        }
    }

    private static final class Results extends ActionCacheGrpc.ActionCacheImplBase {
        @Override
        public void getActionResult(GetActionResultRequest request, StreamObserver<ActionResult> response) {
            answer(response, known(RESULTS.get(request.getActionDigest())));
        }

        @Override
        public void updateActionResult(UpdateActionResultRequest request, StreamObserver<ActionResult> response) {
            RESULTS.put(request.getActionDigest(), request.getActionResult());
            answer(response, request.getActionResult());
        }
    }

    private static final class Streams extends ByteStreamGrpc.ByteStreamImplBase {
        @Override
        public void read(ReadRequest request, StreamObserver<ReadResponse> response) {
            var bytes = known(BLOBS.get(named(request.getResourceName())));
            var call = (ServerCallStreamObserver<ReadResponse>) response;
            var at = new int[1];
            Runnable send = () -> {
                while (call.isReady() && at[0] < bytes.size()) {
                    var end = Math.min(bytes.size(), at[0] + CHUNK_BYTES);
                    call.onNext(ReadResponse.newBuilder()
                            .setData(bytes.substring(at[0], end))
                            .build());
                    at[0] = end;
                    if (end == bytes.size()) {
                        call.onCompleted();
                    }
                }
            };
            call.setOnReadyHandler(send);
            send.run();
        }

        @Override
        public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> response) {
            return new StreamObserver<>() {
                private final MessageDigest sha256 = sha256();
                private ByteString bytes = ByteString.EMPTY;
                private String name = "";

                @Override
                public void onNext(WriteRequest message) {
                    name = message.getResourceName().isEmpty() ? name : message.getResourceName();
                    sha256.update(message.getData().asReadOnlyByteBuffer());
                    bytes = bytes.concat(message.getData());
                }

                @Override
                public void onError(Throwable cause) {}

                @Override
                public void onCompleted() {
                    keep(named(name), bytes, sha256);
                    answer(
                            response,
                            WriteResponse.newBuilder()
                                    .setCommittedSize(bytes.size())
                                    .build());
                }
            };
        }
    }
}
