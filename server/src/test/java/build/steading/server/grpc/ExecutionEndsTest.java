// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.steading.digest.Digest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// How executions end.
class ExecutionEndsTest extends ExecutionTest {
    @Test
    @DisplayName("E04: a non-zero exit code is a result")
    void exitCodeIsAResult() throws Exception {
        var response = end(FakeExecutor.completed(7));

        assertThat(response.getStatus().getCode()).isZero();
        assertThat(response.getResult().getExitCode()).isEqualTo(7);
    }

    @Test
    @DisplayName("E05-E09: all missing blobs are named, and nothing else")
    void allMissingBlobsAreNamed() throws Exception {
        var missing = new HashSet<Digest>();
        for (var i = 0; i < 500; i++) {
            missing.add(Digest.of(bytes(10, i)));
        }

        var status = end(new Outcome.NotRun(new Failure.MissingBlobs(missing))).getStatus();

        assertAllNamed(status, missing);
    }

    @Test
    @DisplayName("E05: blobs that are missed at once are named as well, however many")
    void blobsMissedAtOnceAreNamed() throws Exception {
        var missing = new HashSet<Digest>();
        for (var i = 0; i < 500; i++) {
            missing.add(Digest.of(bytes(10, i)));
        }
        executor.refuse(new SteadingException(new Failure.MissingBlobs(missing)));

        assertAllNamed(response(last(execute())).getStatus(), missing);
    }

    @Test
    @DisplayName("E10: a known result says so")
    void cachedResultSaysSo() throws Exception {
        var known = new Outcome.Completed(ActionResult.getDefaultInstance(), true, List.of());

        assertThat(end(known).getCachedResult()).isTrue();
    }

    @Test
    @DisplayName("E14: a timeout keeps what there is")
    void timeoutKeepsPartialResult() throws Exception {
        var partial = ActionResult.newBuilder().setExitCode(137).build();

        var response = end(new Outcome.TimedOut(Duration.ofSeconds(1), partial));

        assertThat(response.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED_VALUE);
        assertThat(response.getResult().getExitCode()).isEqualTo(137);
    }

    @Test
    void rejectionKeepsPartialResult() throws Exception {
        var partial = ActionResult.newBuilder().setExitCode(3).build();

        var response = end(new Outcome.Rejected(new Failure.Invalid("Output `o` is a socket"), partial));

        assertThat(response.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
        assertThat(response.getStatus().getMessage()).isEqualTo("Output `o` is a socket");
        assertThat(response.getResult().getExitCode()).isEqualTo(3);
    }

    @Test
    @DisplayName("E24: what the executor refuses at once is refused")
    void refusalIsTheStatusOfTheCall() {
        executor.refuse(SteadingException.invalid("Blob `x` is not an `Action`"));

        assertFails(Status.Code.INVALID_ARGUMENT, () -> last(execute()));
        assertThat(timed.operations().after(0, 10)).isEmpty();
    }

    @Test
    void bugOfTheExecutorEndsTheOperation() throws Exception {
        var call = execute();
        executor.next().breakDown(new IllegalStateException("secret"));

        var status = response(last(call)).getStatus();

        assertThat(status.getCode()).isEqualTo(Code.INTERNAL_VALUE);
        assertThat(status.getMessage()).doesNotContain("secret");
    }

    private void assertAllNamed(com.google.rpc.Status status, Set<Digest> missing) throws Exception {
        assertThat(status.getCode()).isEqualTo(Code.FAILED_PRECONDITION_VALUE);
        var violations = status.getDetails(0).unpack(PreconditionFailure.class).getViolationsList();
        assertThat(violations).allMatch(violation -> violation.getType().equals("MISSING"));
        assertThat(violations)
                .extracting(PreconditionFailure.Violation::getSubject)
                .containsExactlyInAnyOrderElementsOf(
                        missing.stream().map(digest -> "blobs/" + digest).toList());
    }

    private ExecuteResponse end(Outcome outcome) throws Exception {
        var call = execute();
        executor.next().end(outcome);
        return response(last(call));
    }
}
