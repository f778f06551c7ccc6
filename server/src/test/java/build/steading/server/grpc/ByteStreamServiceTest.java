// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.ByteStreamGrpc.ByteStreamBlockingV2Stub;
import com.google.bytestream.QueryWriteStatusRequest;
import com.google.bytestream.QueryWriteStatusResponse;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.WriteRequest;
import com.google.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteStreamServiceTest extends GrpcTest {
    private final ByteStreamBlockingV2Stub stub = ByteStreamGrpc.newBlockingV2Stub(channel);
    private final byte[] content = bytes(5_000_000, 1);
    private final Digest digest = Digest.of(content);

    @Nested
    class Write {
        @ParameterizedTest
        @ValueSource(ints = {1 << 20, 16_384, 10_007, 5_000_000})
        @DisplayName("B01: what was written in chunks of any size can be read")
        void roundTrip(int chunk) throws Exception {
            var small = Arrays.copyOf(content, Math.min(content.length, chunk * 300));
            var name = upload("", Digest.of(small));

            assertThat(write(name, small, chunk).getCommittedSize()).isEqualTo(small.length);
            assertThat(read("blobs/" + Digest.of(small), 0, 0)).isEqualTo(small);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "main/", "a/b/c/"})
        @DisplayName("B02, B23: instance names of any number of segments, also none")
        void instanceNames(String instance) throws Exception {
            write(upload(instance, digest), content, 1 << 20);

            assertThat(read(instance + "blobs/" + digest, 0, 0)).isEqualTo(content);
        }

        @ParameterizedTest
        @CsvSource({"B03, 5000000, true", "B04, 4999999, true", "B05, 5000001, true", "B07, 5000000, false"})
        void badUploadIsRefusedWhole(String check, int bytes, boolean finish) {
            var other = Arrays.copyOf(content, bytes);
            other[0]++;

            assertFails(Status.Code.INVALID_ARGUMENT, () -> write(upload("", digest), other, 1 << 20, finish));

            assertThat(blobs.findMissing(Set.of(digest))).containsExactly(digest);
        }

        @Test
        @DisplayName("B06: an upload of what is there ends at once, before the client has sent it")
        void presentBlobEndsItsUpload() throws Exception {
            Blobs.put(blobs, content);
            var call = stub.write();
            call.write(message(upload("", digest), 0, Arrays.copyOf(content, 10), false));

            assertThat(call.read().getCommittedSize()).isEqualTo(content.length);
        }

        @Test
        @DisplayName("B08, B09: the status of an upload that is not under way is all or nothing")
        void statusIsAllOrNothing() throws Exception {
            var request = QueryWriteStatusRequest.newBuilder()
                    .setResourceName(upload("", digest))
                    .build();
            var before = stub.queryWriteStatus(request);
            Blobs.put(blobs, content);
            var after = stub.queryWriteStatus(request);

            assertThat(before.getComplete()).isFalse();
            assertThat(before.getCommittedSize()).isZero();
            assertThat(after.getComplete()).isTrue();
            assertThat(after.getCommittedSize()).isEqualTo(content.length);
        }

        @Test
        @DisplayName("B10: a broken upload goes on where its status says")
        void brokenUploadGoesOn() throws Exception {
            var name = upload("", digest);
            breakOff(name, 100_000);

            assertThat(status(name).getCommittedSize()).isEqualTo(100_000);
            var call = stub.write();
            call.write(message(name, 100_000, Arrays.copyOfRange(content, 100_000, content.length), true));
            call.halfClose();

            assertThat(call.read().getCommittedSize()).isEqualTo(content.length);
            assertThat(read("blobs/" + digest, 0, 0)).isEqualTo(content);
        }

        @Test
        void brokenUploadMayBeginAnew() throws Exception {
            var name = upload("", digest);
            breakOff(name, 100_000);

            assertThat(write(name, content, 1 << 20).getCommittedSize()).isEqualTo(content.length);
        }

        @Test
        void brokenUploadGoesOnNowhereElse() {
            var name = upload("", digest);
            breakOff(name, 100_000);

            assertFails(Status.Code.INVALID_ARGUMENT, () -> {
                var call = stub.write();
                call.write(message(name, 100_001, Arrays.copyOf(content, 10), false));
                call.read();
            });
            assertThat(blobs.findMissing(Set.of(digest))).containsExactly(digest);
        }

        @Test
        void bytesAreVerifiedAlsoOfAnUploadThatWentOn() {
            var name = upload("", digest);
            breakOff(name, 100_000);

            assertFails(Status.Code.INVALID_ARGUMENT, () -> {
                var call = stub.write();
                call.write(message(name, 100_000, new byte[content.length - 100_000], true));
                call.halfClose();
                call.read();
            });
            assertThat(blobs.findMissing(Set.of(digest))).containsExactly(digest);
        }

        /// The client ends its stream too soon; then all that it sent has arrived.
        private void breakOff(String name, int bytes) {
            assertFails(Status.Code.INVALID_ARGUMENT, () -> {
                var call = stub.write();
                call.write(message(name, 0, Arrays.copyOf(content, bytes), false));
                call.halfClose();
                call.read();
            });
        }

        private QueryWriteStatusResponse status(String name) throws Exception {
            return stub.queryWriteStatus(
                    QueryWriteStatusRequest.newBuilder().setResourceName(name).build());
        }

        @Test
        @DisplayName("B11: an upload that begins in the middle is refused")
        void wrongOffsetIsRefused() {
            assertFails(Status.Code.INVALID_ARGUMENT, () -> {
                var call = stub.write();
                call.write(message(upload("", digest), 5, content, true));
                call.halfClose();
                call.read();
            });
        }

        @Test
        void nameMustNotChange() {
            assertFails(Status.Code.INVALID_ARGUMENT, () -> {
                var call = stub.write();
                call.write(message(upload("", digest), 0, Arrays.copyOf(content, 10), false));
                call.write(message(upload("x/", digest), 10, Arrays.copyOf(content, 10), false));
                call.halfClose();
                call.read();
            });
        }

        @Test
        @DisplayName("B12: metadata after the size is ignored")
        void metadataIsIgnored() throws Exception {
            write(upload("", digest) + "/blobs/src/main.c", content, 1 << 20);

            assertThat(blobs.findMissing(Set.of(digest))).isEmpty();
        }

        @Test
        @DisplayName("B21: two uploads of one blob at the same time both succeed")
        void concurrentUploadsBothSucceed() throws Exception {
            Callable<WriteResponse> one = () -> write(upload("", digest), content, 10_000);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var response : threads.invokeAll(Stream.of(one, one).toList())) {
                    assertThat(response.get().getCommittedSize()).isEqualTo(content.length);
                }
            }
        }

        @Test
        @DisplayName("B22: an upload of nothing succeeds")
        void emptyBlobCanBeWritten() throws Exception {
            assertThat(write(upload("", Digest.EMPTY), new byte[0], 1).getCommittedSize())
                    .isZero();
        }

        @Test
        void blobAboveTheLimitIsRefused() {
            var huge = new Digest(digest.hash(), LIMITS.maxBlobBytes() + 1);

            assertFails(Status.Code.INVALID_ARGUMENT, () -> write(upload("", huge), new byte[10], 10, false));
        }
    }

    @Nested
    class Read {
        @Test
        @DisplayName("S03: the empty blob needs no upload")
        void emptyBlobIsServed() throws Exception {
            assertThat(read("blobs/" + Digest.EMPTY, 0, 0)).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "B13, 4999990, 0, 10",
            "B13, 1234567, 0, 3765433",
            "B14, 0, 1, 1",
            "B14, 1000, 300000, 300000",
            "B14, 4999990, 100, 10",
            "B15, 5000000, 0, 0"
        })
        void rangeIsExact(String check, long offset, long limit, int length) throws Exception {
            Blobs.put(blobs, content);

            assertThat(read("blobs/" + digest, offset, limit))
                    .isEqualTo(Arrays.copyOfRange(content, (int) offset, (int) offset + length));
        }

        @ParameterizedTest
        @CsvSource({"B15, 5000001, 0, OUT_OF_RANGE", "B16, -1, 0, OUT_OF_RANGE", "B17, 0, -1, INVALID_ARGUMENT"})
        void impossibleRangeIsRefused(String check, long offset, long limit, Status.Code code) {
            Blobs.put(blobs, content);

            assertFails(code, () -> read("blobs/" + digest, offset, limit));
        }

        @Test
        @DisplayName("B18: an absent blob is not found")
        void absentBlobIsNotFound() {
            assertFails(Status.Code.NOT_FOUND, () -> read("blobs/" + digest, 0, 0));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "blobs",
                    "blobs/abc/1",
                    "HASH/5",
                    "blobs/HASH/-1",
                    "blobs/HASH/+5",
                    "blobs/HASH/x",
                    "blobs/HASH/5/more",
                    "blobs/sha256/HASH/5",
                    "blobs/blake3/HASH",
                    "blobs/blake3/HASH/5/more",
                    "compressed-blobs/zstd/HASH/5/more",
                    "compressed-blobs/zstd/blake3/HASH/5/more",
                    "compressed-blobs/brotli/HASH/5"
                })
        @DisplayName("B19, Z08: a malformed or unserved name is refused")
        void malformedNameIsRefused(String name) {
            var status = status(() -> read(name.replace("HASH", digest.hash()), 0, 0));

            assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }

        @Test
        @DisplayName("B20: the right hash with the wrong size is not found")
        void wrongSizeIsNotFound() {
            Blobs.put(blobs, content);

            assertFails(Status.Code.NOT_FOUND, () -> read("blobs/" + digest.hash() + "/4999999", 0, 0));
        }
    }

    private static String upload(String instance, Digest digest) {
        return instance + "uploads/ef097a53-fbca-4a8d-a6c6-79d38c9ea256/blobs/" + digest;
    }

    private static WriteRequest message(String name, long offset, byte[] data, boolean finish) {
        return WriteRequest.newBuilder()
                .setResourceName(name)
                .setWriteOffset(offset)
                .setData(ByteString.copyFrom(data))
                .setFinishWrite(finish)
                .build();
    }

    private WriteResponse write(String name, byte[] data, int chunk) throws Exception {
        return write(name, data, chunk, true);
    }

    private WriteResponse write(String name, byte[] data, int chunk, boolean finish) throws Exception {
        var call = stub.write();
        var offset = 0;
        do {
            var end = Math.min(data.length, offset + chunk);
            var piece = Arrays.copyOfRange(data, offset, end);
            if (!call.write(message(offset == 0 ? name : "", offset, piece, finish && end == data.length))) {
                break;
            }
            offset = end;
        } while (offset < data.length);
        call.halfClose();
        return call.read();
    }

    private byte[] read(String name, long offset, long limit) throws Exception {
        var call = stub.read(ReadRequest.newBuilder()
                .setResourceName(name)
                .setReadOffset(offset)
                .setReadLimit(limit)
                .build());
        var all = new ByteArrayOutputStream();
        while (call.hasNext()) {
            var message = call.read();
            assertThat(message.getSerializedSize()).isLessThan(1 << 20);
            message.getData().writeTo(all);
        }
        return all.toByteArray();
    }
}
