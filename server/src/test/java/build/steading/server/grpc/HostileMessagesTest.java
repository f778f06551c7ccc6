// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.GetTreeRequest;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.SpliceBlobRequest;
import build.bazel.remote.execution.v2.SplitBlobRequest;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.bazel.remote.execution.v2.WaitExecutionRequest;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.QueryWriteStatusRequest;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.WriteRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Messages that no client means to send.
class HostileMessagesTest extends HostileFixture {
    private static final String HASH = "ab".repeat(32);

    /// A method, and what is sent to it before somebody tampers with it.
    record Target(MethodDescriptor<?, ?> method, Message message) {
        @Override
        public String toString() {
            return method.getFullMethodName();
        }
    }

    static Stream<Target> targets() {
        var digest = GrpcTest.proto(HASH, 100);
        var result = ActionResult.newBuilder()
                .addOutputFiles(OutputFile.newBuilder().setPath("out/a").setDigest(digest));
        return Stream.concat(
                Stream.concat(cas(digest), byteStream()),
                Stream.of(
                        new Target(
                                ActionCacheGrpc.getGetActionResultMethod(),
                                GetActionResultRequest.newBuilder()
                                        .setActionDigest(digest)
                                        .build()),
                        new Target(
                                ActionCacheGrpc.getUpdateActionResultMethod(),
                                UpdateActionResultRequest.newBuilder()
                                        .setActionDigest(digest)
                                        .setActionResult(result)
                                        .build()),
                        new Target(
                                ExecutionGrpc.getExecuteMethod(),
                                ExecuteRequest.newBuilder()
                                        .setActionDigest(digest)
                                        .build()),
                        new Target(
                                ExecutionGrpc.getWaitExecutionMethod(),
                                WaitExecutionRequest.newBuilder()
                                        .setName("operations/1")
                                        .build()),
                        new Target(
                                OperationsGrpc.getListOperationsMethod(),
                                ListOperationsRequest.newBuilder()
                                        .setPageToken("1")
                                        .build())));
    }

    private static Stream<Target> byteStream() {
        var upload = "uploads/u/blobs/" + HASH + "/100";
        return Stream.of(
                new Target(
                        ByteStreamGrpc.getReadMethod(),
                        ReadRequest.newBuilder()
                                .setResourceName("blobs/" + HASH + "/100")
                                .build()),
                new Target(
                        ByteStreamGrpc.getWriteMethod(),
                        WriteRequest.newBuilder()
                                .setResourceName(upload)
                                .setData(ByteString.copyFrom(new byte[100]))
                                .setFinishWrite(true)
                                .build()),
                new Target(
                        ByteStreamGrpc.getQueryWriteStatusMethod(),
                        QueryWriteStatusRequest.newBuilder()
                                .setResourceName(upload)
                                .build()));
    }

    private static Stream<Target> cas(Digest digest) {
        var one = BatchUpdateBlobsRequest.Request.newBuilder()
                .setDigest(digest)
                .setCompressor(Compressor.Value.ZSTD)
                .setData(ByteString.copyFrom(new byte[100]));
        return Stream.of(
                new Target(
                        ContentAddressableStorageGrpc.getFindMissingBlobsMethod(),
                        FindMissingBlobsRequest.newBuilder()
                                .addBlobDigests(digest)
                                .build()),
                new Target(
                        ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(),
                        BatchUpdateBlobsRequest.newBuilder().addRequests(one).build()),
                new Target(
                        ContentAddressableStorageGrpc.getBatchReadBlobsMethod(),
                        BatchReadBlobsRequest.newBuilder().addDigests(digest).build()),
                new Target(
                        ContentAddressableStorageGrpc.getGetTreeMethod(),
                        GetTreeRequest.newBuilder()
                                .setRootDigest(digest)
                                .setPageToken("1")
                                .build()),
                new Target(
                        ContentAddressableStorageGrpc.getSplitBlobMethod(),
                        SplitBlobRequest.newBuilder().setBlobDigest(digest).build()),
                new Target(
                        ContentAddressableStorageGrpc.getSpliceBlobMethod(),
                        SpliceBlobRequest.newBuilder()
                                .setBlobDigest(digest)
                                .addChunkDigests(digest)
                                .build()));
    }

    @Test
    void messageThatWasTamperedWithIsAnsweredInOrder() {
        var targets = targets().toList();
        forEachSeed(random -> {
            for (var target : targets) {
                var message = tampered(target.message().toByteArray(), random);
                var status = RawCall.status(channel, target.method(), List.of(message));
                assertThat(status).satisfies(RawCall::assertOrderly);
            }
        });
        assertThat(blobs.usedBytes()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void messageThatIsCutOffIsTheFaultOfItsSender(Target target) {
        var whole = target.message().toByteArray();
        var cut = Arrays.copyOf(whole, whole.length - 1);

        assertThat(RawCall.status(channel, target.method(), List.of(cut)).getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertServes();
    }

    /// What is said of a message travels in headers, of which a client takes 8 KiB.
    @ParameterizedTest
    @ValueSource(strings = {"x", "\n", "%", "€", "\uD83D\uDE00"})
    void longNamesDoNotBurstTheHeaders(String character) {
        var name = "x" + character.repeat(100_000);
        var request = ReadRequest.newBuilder().setResourceName(name).build();

        var status = RawCall.status(channel, ByteStreamGrpc.getReadMethod(), List.of(request.toByteArray()));

        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    private static byte[] tampered(byte[] message, Random random) {
        var bytes = message.clone();
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> flipped(bytes, 1, random);
            case 2 -> flipped(bytes, 10, random);
            case 3 -> GrpcTest.bytes(random.nextInt(300), random.nextLong());
            case 4 -> nested(random.nextInt(20_000));
            default -> Arrays.copyOfRange(bytes, random.nextInt(bytes.length), bytes.length);
        };
    }

    private static byte[] flipped(byte[] bytes, int times, Random random) {
        for (var i = 0; i < times; i++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /// Groups in groups, as deep as that: there is nothing like it in our messages, but it has to be skipped.
    private static byte[] nested(int depth) {
        var startOfGroup = (byte) (15 << 3 | 3);
        var bytes = new byte[depth];
        Arrays.fill(bytes, startOfGroup);
        return bytes;
    }
}
