// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.QueryWriteStatusRequest;
import com.google.bytestream.WriteRequest;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients that hold a place by doing nothing.
@Timeout(30)
class SilentClientTest extends GrpcTest {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    @Override
    GrpcConfig config() {
        var usual = super.config();
        var limits = usual.limits();
        return new GrpcConfig(
                usual.socket(),
                usual.loopbackPort(),
                usual.remote(),
                usual.instances(),
                usual.resultWriters(),
                new GrpcLimits(
                        limits.maxMessageBytes(),
                        limits.maxBatchBytes(),
                        limits.maxBlobBytes(),
                        limits.maxCallsPerConnection(),
                        limits.maxCalls(),
                        limits.maxWaitingBytes(),
                        PATIENCE,
                        limits.operations()));
    }

    static Stream<MethodDescriptor<?, ?>> methods() {
        return Stream.of(
                CapabilitiesGrpc.getGetCapabilitiesMethod(),
                ExecutionGrpc.getExecuteMethod(),
                ByteStreamGrpc.getReadMethod(),
                ByteStreamGrpc.getWriteMethod());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void callWithoutAMessageEnds(MethodDescriptor<?, ?> method) {
        assertThat(new RawCall(server.channel(), method).ended().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void uploadThatStopsEndsAndMayGoOn() throws Exception {
        var content = bytes(1_000, 1);
        var name = "uploads/u/blobs/" + Digest.of(content);
        var call = new RawCall(server.channel(), ByteStreamGrpc.getWriteMethod());
        call.send(piece(name, content, 0, 400, false));

        assertThat(call.ended().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        var asked = QueryWriteStatusRequest.newBuilder().setResourceName(name).build();
        assertThat(ByteStreamGrpc.newBlockingV2Stub(channel)
                        .queryWriteStatus(asked)
                        .getCommittedSize())
                .isEqualTo(400);
        var next = new RawCall(server.channel(), ByteStreamGrpc.getWriteMethod());
        next.send(piece(name, content, 400, 600, true));
        assertThat(next.ended().isOk()).isTrue();
        assertThat(Blobs.read(blobs, Digest.of(content))).isEqualTo(content);
    }

    private static byte[] piece(String name, byte[] content, int offset, int length, boolean last) {
        return WriteRequest.newBuilder()
                .setResourceName(name)
                .setWriteOffset(offset)
                .setFinishWrite(last)
                .setData(data(content).substring(offset, offset + length))
                .build()
                .toByteArray();
    }
}
