// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import com.google.protobuf.Duration;
import com.google.rpc.Code;
import com.google.rpc.Status;

/// Turns outcomes into the last words of an execution.
final class Responses {
    private Responses() {}

    /// @param known what to say about an execution whose worker said nothing: clients rely on it
    static ExecuteResponse of(Outcome outcome, ExecutedActionMetadata known) {
        var response = ExecuteResponse.newBuilder();
        return switch (outcome) {
            case Outcome.Completed completed ->
                response.setStatus(GrpcStatus.OK)
                        .setResult(described(completed.result(), known))
                        .setCachedResult(completed.cached())
                        .build();
            case Outcome.TimedOut timedOut ->
                response.setStatus(timeout(timedOut.limit()))
                        .setResult(described(timedOut.partial(), known))
                        .build();
            case Outcome.Cancelled cancelled ->
                response.setStatus(GrpcStatus.status(Code.CANCELLED, "Cancelled by " + cancelled.by()))
                        .build();
            case Outcome.Rejected rejected ->
                response.setStatus(GrpcStatus.of(rejected.failure()))
                        .setResult(described(rejected.partial(), known))
                        .build();
            case Outcome.OutOfMemory killed ->
                response.setStatus(GrpcStatus.OK)
                        .setResult(described(killed.partial(), known))
                        .build();
            case Outcome.Refused refused ->
                response.setStatus(GrpcStatus.of(new Failure.Unavailable(refused.reason())))
                        .build();
            case Outcome.NotRun notRun ->
                response.setStatus(GrpcStatus.of(notRun.failure())).build();
        };
    }

    static ExecuteResponse of(Status status) {
        return ExecuteResponse.newBuilder().setStatus(status).build();
    }

    /// The limit travels as a detail, for the client that wants it as a value.
    private static Status timeout(java.time.Duration limit) {
        var detail = Duration.newBuilder()
                .setSeconds(limit.getSeconds())
                .setNanos(limit.getNano())
                .build();
        return GrpcStatus.status(Code.DEADLINE_EXCEEDED, "The command was killed after " + limit, detail);
    }

    private static ActionResult described(ActionResult result, ExecutedActionMetadata known) {
        if (!result.getExecutionMetadata().getWorker().isEmpty()) {
            return result;
        }
        var metadata = known.toBuilder().mergeFrom(result.getExecutionMetadata());
        if (metadata.getWorker().isEmpty()) {
            metadata.setWorker("unknown");
        }
        return result.toBuilder().setExecutionMetadata(metadata).build();
    }
}
