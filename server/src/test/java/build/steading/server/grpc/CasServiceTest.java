// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchReadBlobsResponse;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsResponse;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc.ContentAddressableStorageBlockingV2Stub;
import build.bazel.remote.execution.v2.DigestFunction;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CasServiceTest extends GrpcTest {
    private final ContentAddressableStorageBlockingV2Stub stub =
            ContentAddressableStorageGrpc.newBlockingV2Stub(channel);

    @Nested
    class FindMissing {
        @Test
        @DisplayName("S01: the empty blob is never missing")
        void emptyBlobIsThere() throws Exception {
            assertThat(missing(proto(Digest.EMPTY))).isEmpty();
        }

        @Test
        @DisplayName("S04, S11: exactly the absent ones are named, duplicates or not")
        void absentOnesAreNamedOnce() throws Exception {
            var present = proto(Blobs.put(blobs, bytes(100, 1)));
            var absent = proto(Digest.of(bytes(100, 2)));

            assertThat(missing(present, absent, present, absent)).containsExactly(absent);
        }

        @Test
        @DisplayName("S05: the right hash with the wrong size is another blob")
        void sizeIsPartOfTheName() throws Exception {
            var present = Blobs.put(blobs, bytes(100, 1));
            var other = proto(present.hash(), 101);

            assertThat(missing(other)).containsExactly(other);
        }

        @Test
        @DisplayName("S06: nothing is missing from nothing")
        void noDigestsGiveNoDigests() throws Exception {
            assertThat(missing()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({"S07, abc, 1", "S07, '', 0", "S08, upper, 1", "S09, right, -1"})
        void malformedDigestIsRefused(String check, String hash, long size) {
            var right = Digest.of(bytes(1, 1)).hash();
            var digest = proto(
                    hash.replace("upper", right.toUpperCase(java.util.Locale.ROOT))
                            .replace("right", right),
                    size);

            assertFails(Status.Code.INVALID_ARGUMENT, () -> missing(digest));
        }

        @Test
        @DisplayName("S10: 10,000 digests in one call")
        void manyDigests() throws Exception {
            var digests = new ArrayList<build.bazel.remote.execution.v2.Digest>();
            for (var i = 0; i < 10_000; i++) {
                digests.add(proto(Digest.of(ByteBuffer.allocate(4).putInt(i).array())));
            }

            var found = stub.findMissingBlobs(FindMissingBlobsRequest.newBuilder()
                    .addAllBlobDigests(digests)
                    .build());

            assertThat(found.getMissingBlobDigestsList()).containsExactlyInAnyOrderElementsOf(digests);
        }

        @Test
        void otherDigestFunctionIsRefused() {
            assertFails(
                    Status.Code.INVALID_ARGUMENT,
                    () -> stub.findMissingBlobs(FindMissingBlobsRequest.newBuilder()
                            .setDigestFunction(DigestFunction.Value.SHA1)
                            .build()));
        }

        private List<build.bazel.remote.execution.v2.Digest> missing(build.bazel.remote.execution.v2.Digest... digests)
                throws Exception {
            return stub.findMissingBlobs(FindMissingBlobsRequest.newBuilder()
                            .addAllBlobDigests(List.of(digests))
                            .build())
                    .getMissingBlobDigestsList();
        }
    }

    @Nested
    class BatchUpdate {
        @Test
        @DisplayName("S12: a bad blob fails alone")
        void badBlobFailsAlone() throws Exception {
            var good = bytes(100, 1);
            var bad = Digest.of(bytes(100, 2));

            var answer = update(upload(Digest.of(good), good), upload(bad, bytes(100, 3)));

            assertThat(codes(answer)).containsExactly(Code.OK, Code.INVALID_ARGUMENT);
            assertThat(Blobs.read(blobs, Digest.of(good))).isEqualTo(good);
            assertThat(blobs.findMissing(java.util.Set.of(bad))).containsExactly(bad);
        }

        @Test
        @DisplayName("S13: the wrong size is refused")
        void wrongSizeIsRefused() throws Exception {
            var content = bytes(100, 1);

            var answer = update(upload(new Digest(Digest.of(content).hash(), 99), content));

            assertThat(codes(answer)).containsExactly(Code.INVALID_ARGUMENT);
        }

        @Test
        @DisplayName("S14: the empty blob is accepted")
        void emptyBlobIsAccepted() throws Exception {
            assertThat(codes(update(upload(Digest.EMPTY, new byte[0])))).containsExactly(Code.OK);
        }

        @Test
        @DisplayName("S15: one byte above the limit is refused")
        void batchAboveTheLimitIsRefused() {
            var content = bytes(LIMITS.maxBatchBytes() + 1, 1);

            assertFails(Status.Code.INVALID_ARGUMENT, () -> update(upload(Digest.of(content), content)));
        }

        @Test
        @DisplayName("S16: a batch of exactly the limit is accepted")
        void batchOfExactlyTheLimitIsAccepted() throws Exception {
            var half = LIMITS.maxBatchBytes() / 2;
            var first = bytes(half, 1);
            var second = bytes(LIMITS.maxBatchBytes() - half, 2);

            var answer = update(upload(Digest.of(first), first), upload(Digest.of(second), second));

            assertThat(codes(answer)).containsExactly(Code.OK, Code.OK);
        }

        @Test
        @DisplayName("Z07: what is no zstd is refused")
        void whatIsNoZstdIsRefused() throws Exception {
            var content = bytes(100, 1);
            var zstd = upload(Digest.of(content), content).toBuilder()
                    .setCompressor(Compressor.Value.ZSTD)
                    .build();

            assertThat(codes(update(zstd))).containsExactly(Code.INVALID_ARGUMENT);
        }

        private BatchUpdateBlobsRequest.Request upload(Digest digest, byte[] content) {
            return BatchUpdateBlobsRequest.Request.newBuilder()
                    .setDigest(proto(digest))
                    .setData(ByteString.copyFrom(content))
                    .build();
        }

        private BatchUpdateBlobsResponse update(BatchUpdateBlobsRequest.Request... uploads) throws Exception {
            return stub.batchUpdateBlobs(BatchUpdateBlobsRequest.newBuilder()
                    .addAllRequests(List.of(uploads))
                    .build());
        }

        private List<Code> codes(BatchUpdateBlobsResponse answer) {
            return answer.getResponsesList().stream()
                    .map(one -> Code.forNumber(one.getStatus().getCode()))
                    .toList();
        }
    }

    @Nested
    class BatchRead {
        @Test
        @DisplayName("S02: the empty blob needs no upload")
        void emptyBlobIsServed() throws Exception {
            assertThat(codes(read(Digest.EMPTY))).containsExactly(Code.OK);
        }

        @Test
        @DisplayName("S17: an absent blob is not found, alone")
        void absentBlobIsNotFoundAlone() throws Exception {
            var content = bytes(100, 1);
            var present = Blobs.put(blobs, content);

            var answer = read(present, Digest.of(bytes(100, 2)));

            assertThat(codes(answer)).containsExactly(Code.OK, Code.NOT_FOUND);
            assertThat(answer.getResponses(0).getData()).isEqualTo(data(content));
        }

        @Test
        @DisplayName("S18: more than the limit is refused")
        void batchAboveTheLimitIsRefused() {
            var half = LIMITS.maxBatchBytes() / 2 + 1;

            assertFails(Status.Code.INVALID_ARGUMENT, () -> read(Digest.of(bytes(half, 1)), Digest.of(bytes(half, 2))));
        }

        @Test
        @DisplayName("S18: blobs that fit, but whose digests do not, are refused")
        void batchWhoseAnswerWouldBeTooLongIsRefused() {
            var request = BatchReadBlobsRequest.newBuilder();
            var each = proto(Digest.of(bytes(1_000, 1)));
            for (var i = 0; i < LIMITS.maxBatchBytes() / 1_000; i++) {
                request.addDigests(each);
            }

            assertFails(Status.Code.INVALID_ARGUMENT, () -> stub.batchReadBlobs(request.build()));
        }

        @Test
        @DisplayName("S19: blobs come compressed to those who know zstd, where that makes them smaller")
        void blobsComeCompressedWhereItIsWorthIt() throws Exception {
            var noise = bytes(1_000, 1);
            var text = "int x;\n".repeat(200).getBytes(StandardCharsets.UTF_8);
            var request = BatchReadBlobsRequest.newBuilder()
                    .addDigests(proto(Blobs.put(blobs, noise)))
                    .addDigests(proto(Blobs.put(blobs, text)));

            var plain = stub.batchReadBlobs(request.build());
            var answer = stub.batchReadBlobs(
                    request.addAcceptableCompressors(Compressor.Value.ZSTD).build());

            assertThat(plain.getResponses(1).getData()).isEqualTo(data(text));
            assertThat(answer.getResponses(0).getCompressor()).isEqualTo(Compressor.Value.IDENTITY);
            assertThat(answer.getResponses(0).getData()).isEqualTo(data(noise));
            assertThat(answer.getResponses(1).getCompressor()).isEqualTo(Compressor.Value.ZSTD);
            assertThat(Zstd.decompress(answer.getResponses(1).getData().toByteArray(), text.length))
                    .isEqualTo(text);
        }

        private BatchReadBlobsResponse read(Digest... digests) throws Exception {
            return stub.batchReadBlobs(BatchReadBlobsRequest.newBuilder()
                    .addAllDigests(
                            List.of(digests).stream().map(GrpcTest::proto).toList())
                    .build());
        }

        private List<Code> codes(BatchReadBlobsResponse answer) {
            return answer.getResponsesList().stream()
                    .map(one -> Code.forNumber(one.getStatus().getCode()))
                    .toList();
        }
    }
}
