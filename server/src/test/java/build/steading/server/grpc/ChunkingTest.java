// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ChunkingFunction;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc.ContentAddressableStorageBlockingV2Stub;
import build.bazel.remote.execution.v2.SpliceBlobRequest;
import build.bazel.remote.execution.v2.SplitBlobRequest;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import io.grpc.Status;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChunkingTest extends GrpcTest {
    private static final byte[] CONTENT = bytes(5 << 20, 1);

    private final ContentAddressableStorageBlockingV2Stub stub =
            ContentAddressableStorageGrpc.newBlockingV2Stub(channel);

    @Test
    void chunksOfASplitBlobSpliceToTheBlobElsewhere() throws Exception {
        var blob = Blobs.put(blobs, CONTENT);
        var split = stub.splitBlob(split(blob));
        assertThat(split.getChunkingFunction()).isEqualTo(ChunkingFunction.Value.FAST_CDC_2020);
        assertThat(split.getChunkDigestsList()).hasSizeBetween(5, 20);

        var elsewhere = new MemoryBlobStore();
        try (var other = new InProcessServer(config(), elsewhere, results, executor)) {
            for (var chunk : split.getChunkDigestsList()) {
                Blobs.put(elsewhere, Blobs.read(blobs, Digests.fromProto(chunk)));
            }
            var spliced = ContentAddressableStorageGrpc.newBlockingV2Stub(other.channel())
                    .spliceBlob(SpliceBlobRequest.newBuilder()
                            .setBlobDigest(proto(blob))
                            .addAllChunkDigests(split.getChunkDigestsList())
                            .setChunkingFunction(ChunkingFunction.Value.FAST_CDC_2020)
                            .build());

            assertThat(spliced.getBlobDigest()).isEqualTo(proto(blob));
        }
        assertThat(Blobs.read(elsewhere, blob)).isEqualTo(CONTENT);
    }

    @Test
    void absentBlobIsNotFound() {
        assertFails(Status.Code.NOT_FOUND, () -> stub.splitBlob(split(Digest.of(CONTENT))));
    }

    @Test
    void blobWithTooManyChunksForAMessageIsNotFound() {
        var huge = new Digest(Digest.of(CONTENT).hash(), 1L << 50);

        assertFails(Status.Code.NOT_FOUND, () -> stub.splitBlob(split(huge)));
    }

    @Test
    @DisplayName("124: absent chunk")
    void absentChunkIsNotFound() {
        var absent = Digest.of(CONTENT);

        assertFails(Status.Code.NOT_FOUND, () -> stub.spliceBlob(splice(absent, absent)));
    }

    @Test
    @DisplayName("124: wrong digest")
    void chunksThatGiveAnotherBlobAreRefused() {
        var half = CONTENT.length / 2;
        var head = Blobs.put(blobs, Arrays.copyOf(CONTENT, half));
        var tail = Blobs.put(blobs, Arrays.copyOfRange(CONTENT, half, CONTENT.length));
        var blob = Digest.of(CONTENT);

        assertFails(Status.Code.INVALID_ARGUMENT, () -> stub.spliceBlob(splice(blob, tail, head)));
        assertFails(Status.Code.INVALID_ARGUMENT, () -> stub.spliceBlob(splice(blob, head)));
        assertThat(status(() -> stub.spliceBlob(splice(blob, head, tail))).isOk())
                .isTrue();
    }

    @Test
    void blobAboveTheLimitIsRefused() {
        var huge = new Digest(Digest.of(CONTENT).hash(), LIMITS.maxBlobBytes() + 1);

        assertFails(Status.Code.INVALID_ARGUMENT, () -> stub.spliceBlob(splice(huge, huge)));
    }

    private static SplitBlobRequest split(Digest blob) {
        return SplitBlobRequest.newBuilder().setBlobDigest(proto(blob)).build();
    }

    private static SpliceBlobRequest splice(Digest blob, Digest... chunks) {
        var request = SpliceBlobRequest.newBuilder().setBlobDigest(proto(blob));
        Arrays.stream(chunks).forEach(chunk -> request.addChunkDigests(proto(chunk)));
        return request.build();
    }
}
