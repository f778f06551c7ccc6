// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Turns the last words of an execution into its outcome.
final class Outcomes {
    private static final String CANCELLED_BY = "Cancelled by ";

    private Outcomes() {}

    static Outcome of(ExecuteResponse response) {
        var status = response.getStatus();
        var result = response.getResult();
        return switch (Failures.code(status)) {
            case OK -> new Outcome.Completed(result, response.getCachedResult(), List.of());
            case DEADLINE_EXCEEDED -> new Outcome.TimedOut(limit(status, result.getExecutionMetadata()), result);
            case CANCELLED -> new Outcome.Cancelled(by(status));
            default -> failed(Failures.of(status), result);
        };
    }

    /// A result beside a failure means that the command ran, unless the failure is the farm's.
    private static Outcome failed(Failure failure, ActionResult result) {
        var ran = !result.equals(ActionResult.getDefaultInstance());
        return switch (failure) {
            case Failure.Invalid _, Failure.NotFound _, Failure.Denied _, Failure.Unsupported _ ->
                ran ? new Outcome.Rejected(failure, result) : new Outcome.NotRun(failure);
            case Failure.MissingBlobs _, Failure.Overloaded _, Failure.Unavailable _ -> new Outcome.NotRun(failure);
        };
    }

    /// Our servers name the limit; of others we only know how long the command ran.
    private static Duration limit(Status status, ExecutedActionMetadata metadata) {
        return Failures.detail(status, com.google.protobuf.Duration.class)
                .map(limit -> Duration.ofSeconds(limit.getSeconds(), limit.getNanos()))
                .orElseGet(() -> Duration.between(
                        instant(metadata.getExecutionStartTimestamp()),
                        instant(metadata.getExecutionCompletedTimestamp())));
    }

    private static String by(Status status) {
        var message = status.getMessage();
        return message.startsWith(CANCELLED_BY) ? message.substring(CANCELLED_BY.length()) : message;
    }

    static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /// Returns whether asking for the execution again might end better. A command that ran out of time would
    /// again.
    static boolean retryable(Status status) {
        return Failures.retryable(status) && Failures.code(status) != Code.DEADLINE_EXCEEDED;
    }
}
