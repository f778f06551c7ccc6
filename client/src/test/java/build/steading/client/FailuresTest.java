// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.PreconditionFailure.Violation;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What statuses of any server mean; those of ours make the round trip in the server's tests.
class FailuresTest {
    private static final Digest BLOB = Digest.of(new byte[] {1});

    @ParameterizedTest
    @CsvSource({
        "INVALID_ARGUMENT, Invalid, false",
        "OUT_OF_RANGE, Invalid, false",
        "UNIMPLEMENTED, Invalid, false",
        "FAILED_PRECONDITION, Invalid, false",
        "NOT_FOUND, NotFound, false",
        "PERMISSION_DENIED, Denied, false",
        "UNAUTHENTICATED, Denied, false",
        "RESOURCE_EXHAUSTED, Overloaded, true",
        "UNAVAILABLE, Unavailable, true",
        "ABORTED, Unavailable, true",
        "INTERNAL, Unavailable, true",
        "UNKNOWN, Unavailable, true",
        "DEADLINE_EXCEEDED, Unavailable, true",
        "DATA_LOSS, Unavailable, false"
    })
    void everyCodeHasAKind(Code code, String kind, boolean retryable) {
        var status = Status.newBuilder().setCode(code.getNumber()).build();

        assertThat(Failures.of(status).getClass().getSimpleName()).isEqualTo(kind);
        assertThat(Failures.of(status).message()).contains(code.name());
        assertThat(Failures.retryable(status)).isEqualTo(retryable);
    }

    @Test
    void codeThatNobodyKnowsIsUnavailable() {
        var status = Status.newBuilder().setCode(99).setMessage("Odd").build();

        assertThat(Failures.of(status)).isEqualTo(new Failure.Unavailable("Odd"));
    }

    @Test
    void onlyACallWithoutAConnectionCannotHaveBeenHeard() {
        var unavailable = io.grpc.Status.UNAVAILABLE;

        assertThat(Failures.unheard(
                        unavailable.withCause(new ConnectException()).asException()))
                .isTrue();
        assertThat(Failures.unheard(
                        unavailable.withCause(new UnknownHostException()).asException()))
                .isTrue();
        assertThat(Failures.unheard(
                        unavailable.withCause(new NoRouteToHostException()).asException()))
                .isTrue();
        assertThat(Failures.unheard(unavailable
                        .withCause(new IOException("Connection reset"))
                        .asException()))
                .isFalse();
        assertThat(Failures.unheard(unavailable.asException())).isFalse();
        assertThat(Failures.unheard(io.grpc.Status.DEADLINE_EXCEEDED.asException()))
                .isFalse();
    }

    @Test
    void missingBlobsAreNamed() {
        assertThat(Failures.of(precondition(violation("MISSING", "blobs/" + BLOB))))
                .isEqualTo(new Failure.MissingBlobs(Set.of(BLOB)));
    }

    @ParameterizedTest
    @CsvSource({"MISSING, blobs/blake3/abc/1", "MISSING, elsewhere", "TOS, blobs"})
    void whatCannotBeUploadedIsNoMissingBlob(String type, String subject) {
        var status = precondition(violation("MISSING", "blobs/" + BLOB), violation(type, subject));

        assertThat(Failures.of(status)).isInstanceOf(Failure.Invalid.class);
    }

    @Test
    void overloadSaysHowLong() {
        var info = RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(7))
                .build();
        var status = Status.newBuilder()
                .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
                .setMessage("Busy")
                .addDetails(Any.pack(info))
                .build();

        assertThat(Failures.of(status)).isEqualTo(new Failure.Overloaded("Busy", Duration.ofSeconds(7)));
    }

    @Test
    void garbageInDetailsIsIgnored() {
        var garbage = Any.pack(RetryInfo.getDefaultInstance()).toBuilder()
                .setValue(ByteString.copyFrom(new byte[] {0, 1, 2}))
                .build();
        var status = Status.newBuilder()
                .setCode(Code.UNAVAILABLE_VALUE)
                .addDetails(garbage)
                .build();

        assertThat(Failures.retryAfter(status)).isEmpty();
    }

    private static Status precondition(Violation... violations) {
        var failure = PreconditionFailure.newBuilder();
        for (var violation : violations) {
            failure.addViolations(violation);
        }
        return Status.newBuilder()
                .setCode(Code.FAILED_PRECONDITION_VALUE)
                .addDetails(Any.pack(failure.build()))
                .build();
    }

    private static Violation violation(String type, String subject) {
        return Violation.newBuilder().setType(type).setSubject(subject).build();
    }
}
