// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsResponse;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.WriteRequest;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Uploads that lie, break, race and stall.
class HostileUploadsTest extends HostileFixture {
    private static final int MAX_BYTES = 300_000;

    /// A client that sends pieces as it likes.
    private final class Writer {
        private final RawCall call = new RawCall(channel, ByteStreamGrpc.getWriteMethod());
        private final String name;
        private final byte[] bytes;
        private final Random random;
        private int at;

        Writer(String name, byte[] bytes, Random random) {
            this.name = name;
            this.bytes = bytes;
            this.random = random;
        }

        /// Returns whether there is more to send.
        boolean step() {
            var end = Math.min(bytes.length, at + random.nextInt(1, 100_000));
            var lies = random.nextInt(12);
            var message = WriteRequest.newBuilder()
                    .setResourceName(lies == 0 ? name + "x" : at > 0 && lies > 6 ? "" : name)
                    .setWriteOffset(lies == 1 ? random.nextLong() : at)
                    .setData(ByteString.copyFrom(bytes, at, end - at))
                    .setFinishWrite(end == bytes.length ? lies != 2 : lies == 3);
            call.send(message.build().toByteArray());
            at = end;
            return at < bytes.length;
        }

        /// Goes on no more: says so, or just goes.
        void end() {
            if (random.nextInt(4) == 0) {
                call.cancel();
            } else {
                call.halfClose();
                assertThat(call.ended()).satisfies(RawCall::assertOrderly);
            }
        }
    }

    @Test
    void twoWritersOfOneBlobLeaveItWholeOrNot() {
        forEachSeed(random -> {
            var content = GrpcTest.bytes(random.nextInt(1, MAX_BYTES), random.nextLong());
            var digest = Digest.of(content);
            var id = random.nextInt();
            var writers = new ArrayList<Writer>();
            for (var i = 0; i < 2; i++) {
                var zstd = random.nextInt(3) == 0;
                var kind = zstd ? "compressed-blobs/zstd/" : "blobs/";
                var bytes = spoilt(zstd ? zstd(content) : content, random);
                writers.add(new Writer("uploads/" + (id + random.nextInt(2)) + "/" + kind + digest, bytes, random));
            }
            while (!writers.isEmpty()) {
                var writer = writers.get(random.nextInt(writers.size()));
                if (!writer.step() || random.nextInt(20) == 0) {
                    writer.end();
                    writers.remove(writer);
                }
            }
            assertWholeOrAbsent(digest, content);
        });
    }

    /// Mostly the bytes themselves.
    private static byte[] spoilt(byte[] bytes, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(1, bytes.length + 1));
            case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 100_000));
            case 2 -> {
                var other = bytes.clone();
                other[random.nextInt(bytes.length)]++;
                yield other;
            }
            default -> bytes;
        };
    }

    @Test
    void batchStoresWhatIsRightAndNothingElse() {
        forEachSeed(random -> {
            var content = random.nextBoolean()
                    ? new byte[random.nextInt(1, MAX_BYTES)]
                    : GrpcTest.bytes(random.nextInt(1, MAX_BYTES), random.nextLong());
            // What is alike is never of the same seed.
            content[0] = (byte) random.nextInt();
            var digest = Digest.of(content);
            var zstd = random.nextBoolean();
            var size = random.nextInt(4) == 0 ? random.nextLong() : digest.sizeBytes();
            var request = BatchUpdateBlobsRequest.newBuilder();
            request.addRequestsBuilder()
                    .setDigest(GrpcTest.proto(digest.hash(), size))
                    .setCompressor(zstd ? Compressor.Value.ZSTD : Compressor.Value.IDENTITY)
                    .setData(ByteString.copyFrom(spoilt(zstd ? zstd(content) : content, random)));

            var status = RawCall.status(
                    channel,
                    ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(),
                    List.of(request.build().toByteArray()));

            assertThat(status).satisfies(RawCall::assertOrderly);
            assertWholeOrAbsent(digest, content);
        });
    }

    /// Five thousand to one: what it claims to be is what it takes up, and no more.
    @Test
    void bombIsDefusedAtItsClaimedSize() throws IOException {
        var bomb = zstd(new byte[100 << 20]);
        var digest = new Digest(Digest.of(new byte[1_000]).hash(), 1_000);
        var request = BatchUpdateBlobsRequest.newBuilder();
        request.addRequestsBuilder()
                .setDigest(GrpcTest.proto(digest))
                .setCompressor(Compressor.Value.ZSTD)
                .setData(ByteString.copyFrom(bomb));
        var answer = ContentAddressableStorageGrpc.newBlockingStub(channel).batchUpdateBlobs(request.build());
        var write = WriteRequest.newBuilder()
                .setResourceName("uploads/u/compressed-blobs/zstd/" + digest)
                .setData(ByteString.copyFrom(bomb))
                .setFinishWrite(true)
                .build();

        var status = RawCall.status(channel, ByteStreamGrpc.getWriteMethod(), List.of(write.toByteArray()));

        assertThat(codes(answer)).containsExactly(Code.INVALID_ARGUMENT);
        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(blobs.findMissing(Set.of(digest))).containsExactly(digest);
        assertThat(halfWritten()).isZero();
    }

    /// What a client takes in one message is 4 MiB; a batch of nothing must not be answered with more.
    @Test
    void batchOfVeryManyIsNotAnsweredWithMore() {
        var none = BatchUpdateBlobsRequest.Request.getDefaultInstance();
        var request = BatchUpdateBlobsRequest.newBuilder();
        for (var i = 0; i < 1_000_000; i++) {
            request.addRequests(none);
        }

        var status = RawCall.status(
                channel,
                ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(),
                List.of(request.build().toByteArray()));

        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertServes();
    }

    @Test
    void failuresOfABatchAreToldInOneMessage() {
        var request = BatchUpdateBlobsRequest.newBuilder();
        request.addRequestsBuilder().getDigestBuilder().setHash("€".repeat(1_000_000));

        var answer = ContentAddressableStorageGrpc.newBlockingStub(channel).batchUpdateBlobs(request.build());

        assertThat(codes(answer)).containsExactly(Code.INVALID_ARGUMENT);
        assertThat(answer.getResponses(0).getStatus().getMessage()).hasSizeLessThan(1_000);
    }

    @Test
    void abandonedUploadsFreeTheirPlaces() {
        var content = GrpcTest.bytes(MAX_BYTES, 1);
        var digest = Digest.of(content);
        for (var i = 0; i < 200; i++) {
            var call = new RawCall(channel, ByteStreamGrpc.getWriteMethod());
            var kind = i % 2 == 0 ? "blobs/" : "compressed-blobs/zstd/";
            var message = WriteRequest.newBuilder()
                    .setResourceName("uploads/" + i + "/" + kind + digest)
                    .setData(ByteString.copyFrom(content, 0, 1_000));
            call.send(message.build().toByteArray());
            call.cancel();
        }

        assertServes();
        assertThat(blobs.findMissing(Set.of(digest))).containsExactly(digest);
    }

    @Test
    void brokenMessageBreaksItsUpload() {
        var name = "uploads/u/blobs/" + Digest.of(new byte[100]);
        var message = WriteRequest.newBuilder().setResourceName(name).setData(ByteString.copyFrom(new byte[50]));
        var first = message.build().toByteArray();

        var status = RawCall.status(
                channel, ByteStreamGrpc.getWriteMethod(), List.of(first, Arrays.copyOf(first, first.length - 1)));

        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        message.setWriteOffset(50).setFinishWrite(true);
        var rest = List.of(message.build().toByteArray());
        assertThat(RawCall.status(channel, ByteStreamGrpc.getWriteMethod(), rest)
                        .isOk())
                .isTrue();
    }

    @Test
    void readersThatDoNotReadHoldUpNobody() {
        var content = GrpcTest.bytes(20 << 20, 1);
        var read = ReadRequest.newBuilder()
                .setResourceName("blobs/" + Blobs.put(blobs, content))
                .build();
        var open = new ArrayList<RawCall>();
        for (var i = 0; i < 10; i++) {
            var call = new RawCall(channel, ByteStreamGrpc.getReadMethod(), 1);
            call.send(read.toByteArray());
            call.halfClose();
            assertThat(call.answered().isOk()).isTrue();
            open.add(call);
        }

        assertServes();
        open.getFirst().take(1_000);
        assertThat(open.removeFirst().ended().isOk()).isTrue();
        open.forEach(RawCall::cancel);
        assertServes();
    }

    private void assertWholeOrAbsent(Digest digest, byte[] content) {
        if (blobs.findMissing(Set.of(digest)).isEmpty()) {
            assertThat(Blobs.read(blobs, digest)).isEqualTo(content);
        }
    }

    private static List<Code> codes(BatchUpdateBlobsResponse answer) {
        return answer.getResponsesList().stream()
                .map(one -> Code.forNumber(one.getStatus().getCode()))
                .toList();
    }

    private static byte[] zstd(byte[] content) {
        try (var frames = Compression.ZSTD.compressed(new ByteArrayInputStream(content))) {
            return frames.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
