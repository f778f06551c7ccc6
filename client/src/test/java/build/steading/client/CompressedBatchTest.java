// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsResponse;
import build.bazel.remote.execution.v2.CacheCapabilities;
import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.bazel.remote.execution.v2.ServerCapabilities;
import build.steading.blob.Blobs;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// What small blobs look like on their way to a server.
class CompressedBatchTest {
    private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(10));

    private final List<BatchUpdateBlobsRequest.Request> sent = new CopyOnWriteArrayList<>();

    /// Takes whatever comes.
    private Server server(String name, List<Compressor.Value> compressors) throws IOException {
        var capabilities = new CapabilitiesGrpc.CapabilitiesImplBase() {
            @Override
            public void getCapabilities(GetCapabilitiesRequest request, StreamObserver<ServerCapabilities> answer) {
                answer.onNext(ServerCapabilities.newBuilder()
                        .setCacheCapabilities(
                                CacheCapabilities.newBuilder().addAllSupportedBatchUpdateCompressors(compressors))
                        .build());
                answer.onCompleted();
            }
        };
        var storage = new ContentAddressableStorageGrpc.ContentAddressableStorageImplBase() {
            @Override
            public void batchUpdateBlobs(
                    BatchUpdateBlobsRequest request, StreamObserver<BatchUpdateBlobsResponse> answer) {
                sent.addAll(request.getRequestsList());
                var response = BatchUpdateBlobsResponse.newBuilder();
                request.getRequestsList()
                        .forEach(blob -> response.addResponsesBuilder().setDigest(blob.getDigest()));
                answer.onNext(response.build());
                answer.onCompleted();
            }
        };
        return InProcessServerBuilder.forName(name)
                .addService(capabilities)
                .addService(storage)
                .build()
                .start();
    }

    private BatchUpdateBlobsRequest.Request send(List<Compressor.Value> compressors, byte[] content) throws Exception {
        var name = "compressed-" + System.identityHashCode(content);
        var server = server(name, compressors);
        var channel = InProcessChannelBuilder.forName(name).build();
        try {
            Blobs.put(new RemoteBlobStore(new Connection(channel, "", ONCE)), content);
            return sent.getLast();
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }

    @Test
    void textIsCompressedForAServerThatTakesIt() throws Exception {
        var text = "#include <stdio.h>\n".repeat(100).getBytes(StandardCharsets.UTF_8);

        var request = send(List.of(Compressor.Value.ZSTD), text);

        assertThat(request.getCompressor()).isEqualTo(Compressor.Value.ZSTD);
        assertThat(request.getData().size()).isLessThan(text.length / 4);
        assertThat(Zstd.decompress(request.getData().toByteArray(), text.length))
                .isEqualTo(text);
        assertThat(request.getDigest().getSizeBytes()).isEqualTo(text.length);
    }

    @Test
    void textIsSentAsItIsToAServerThatDoesNotSaySo() throws Exception {
        var text = "#include <stdio.h>\n".repeat(100).getBytes(StandardCharsets.UTF_8);

        var request = send(List.of(), text);

        assertThat(request.getCompressor()).isEqualTo(Compressor.Value.IDENTITY);
        assertThat(request.getData()).isEqualTo(ByteString.copyFrom(text));
    }

    @Test
    void whatCompressionDoesNotMakeSmallerIsSentAsItIs() throws Exception {
        var noise = new byte[10_000];
        new Random(1).nextBytes(noise);

        assertThat(send(List.of(Compressor.Value.ZSTD), noise).getCompressor()).isEqualTo(Compressor.Value.IDENTITY);
        assertThat(send(List.of(Compressor.Value.ZSTD), "short".getBytes(StandardCharsets.UTF_8))
                        .getCompressor())
                .isEqualTo(Compressor.Value.IDENTITY);
    }
}
