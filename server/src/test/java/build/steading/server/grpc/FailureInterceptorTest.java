// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.steading.action.MemoryActionCache;
import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureInterceptorTest {
    private static final Digest BLOB = Digest.of(new byte[] {1});

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new Failure.Invalid("Bad"), Status.Code.INVALID_ARGUMENT),
                Arguments.of(new Failure.NotFound("Gone"), Status.Code.NOT_FOUND),
                Arguments.of(new Failure.MissingBlobs(Set.of(BLOB)), Status.Code.FAILED_PRECONDITION),
                Arguments.of(new Failure.Denied("No"), Status.Code.PERMISSION_DENIED),
                Arguments.of(new Failure.Unsupported("No worker"), Status.Code.FAILED_PRECONDITION),
                Arguments.of(new Failure.Overloaded("Busy", Duration.ofMillis(1_500)), Status.Code.RESOURCE_EXHAUSTED),
                Arguments.of(new Failure.Unavailable("Down"), Status.Code.UNAVAILABLE));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailureHasAStatus(Failure failure, Status.Code code) {
        var status = thrownFor(new SteadingException(failure)).getStatus();

        assertThat(status.getCode()).isEqualTo(code);
        assertThat(status.getDescription()).isEqualTo(failure.message());
    }

    @Test
    void missingBlobsAreNamed() throws Exception {
        var thrown = thrownFor(new SteadingException(new Failure.MissingBlobs(Set.of(BLOB))));

        var violation = StatusProto.fromThrowable(thrown)
                .getDetails(0)
                .unpack(PreconditionFailure.class)
                .getViolations(0);
        assertThat(violation.getType()).isEqualTo("MISSING");
        assertThat(violation.getSubject()).isEqualTo("blobs/" + BLOB);
    }

    @Test
    void statusOfACallFitsIntoItsHeaders() throws Exception {
        var missing = new HashSet<Digest>();
        for (var i = 0; i < 1_000; i++) {
            missing.add(Digest.of(new byte[] {(byte) i, (byte) (i >> 8)}));
        }

        var status = StatusProto.fromThrowable(thrownFor(new SteadingException(new Failure.MissingBlobs(missing))));

        assertThat(status.getDetails(0).unpack(PreconditionFailure.class).getViolationsCount())
                .isPositive();
        assertThat(status.getSerializedSize() * 4 / 3).isLessThan(8_000);
    }

    @Test
    void overloadSaysWhenToTryAgain() throws Exception {
        var thrown = thrownFor(new SteadingException(new Failure.Overloaded("Busy", Duration.ofMillis(1_500))));

        var delay = StatusProto.fromThrowable(thrown)
                .getDetails(0)
                .unpack(RetryInfo.class)
                .getRetryDelay();
        assertThat(delay.getSeconds()).isEqualTo(1);
        assertThat(delay.getNanos()).isEqualTo(500_000_000);
    }

    @Test
    void bugsAreInternalAndSecret() {
        var status = thrownFor(new IllegalStateException("secret")).getStatus();

        assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(status.getDescription()).doesNotContain("secret");
    }

    private static StatusException thrownFor(RuntimeException thrown) {
        var config = GrpcTest.config(InstanceNames.ANY, false);
        var broken = new BrokenBlobStore(thrown);
        try (var server = new InProcessServer(config, broken, new MemoryActionCache(1_000), new FakeExecutor())) {
            var stub = ContentAddressableStorageGrpc.newBlockingV2Stub(server.channel());
            return catchThrowableOfType(
                    StatusException.class, () -> stub.findMissingBlobs(FindMissingBlobsRequest.getDefaultInstance()));
        }
    }

    private record BrokenBlobStore(RuntimeException failure) implements BlobStore {
        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            throw failure;
        }

        @Override
        public InputStream open(Digest digest) {
            throw failure;
        }

        @Override
        public void put(Digest digest, InputStream content) {
            throw failure;
        }
    }
}
