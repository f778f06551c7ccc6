// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.ExecuteOperationMetadata;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.ExecutionGrpc.ExecutionBlockingV2Stub;
import build.bazel.remote.execution.v2.ExecutionPolicy;
import build.bazel.remote.execution.v2.ExecutionStage;
import build.bazel.remote.execution.v2.WaitExecutionRequest;
import build.steading.digest.Digests;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.schedule.WorkerId;
import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.StringValue;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.BlockingClientCall;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Everything that is said to a server about one execution, until it has ended: a broken stream is taken up
/// again, and an operation that the server has forgotten is asked for anew. Belongs to one thread, but for
/// [#why].
final class Conversation {
    private static final System.Logger LOG = System.getLogger(Conversation.class.getName());

    /// A stream that is silent for so long is taken for dead: servers repeat themselves more often.
    private static final Duration MAX_SILENCE = Duration.ofMinutes(5);

    /// A stream that has held for so long was no failed attempt, however it ended.
    private static final Duration GOOD_STREAM = Duration.ofMinutes(1);

    private static final Status CUT = Status.newBuilder()
            .setCode(Code.UNAVAILABLE_VALUE)
            .setMessage("The server ended the stream of an execution without its result")
            .build();

    private final Connection connection;
    private final ExecutionRequest request;
    private final ExecutionObserver observer;
    private String operation = "";
    private volatile List<String> why = List.of();
    private ExecuteOperationMetadata told = ExecuteOperationMetadata.getDefaultInstance();

    Conversation(Connection connection, ExecutionRequest request, ExecutionObserver observer) {
        this.connection = connection;
        this.request = request;
        this.observer = observer;
    }

    /// Asks for the execution and listens until its end.
    Outcome hold() throws InterruptedException {
        var attempt = 1;
        while (true) {
            var begun = System.nanoTime();
            var turn = turn();
            if (turn.response().isPresent() && !Outcomes.retryable(turn.status())) {
                return Outcomes.of(turn.response().get());
            }
            if (System.nanoTime() - begun > GOOD_STREAM.toNanos()) {
                attempt = 1;
            }
            if (!turn.again() || attempt >= connection.policy().attempts()) {
                return new Outcome.NotRun(Failures.of(turn.status()));
            }
            connection.pauseOrThrow(attempt, turn.status());
            attempt++;
        }
    }

    /// Returns what the server said last of why the action waits, a line per cause. Any thread may ask.
    List<String> why() {
        return why;
    }

    /// Tells the server that nobody wants the result any more, as far as it can be told.
    void cancel() {
        if (operation.isEmpty()) {
            return;
        }
        var stub = connection.prepare(OperationsGrpc.newBlockingV2Stub(connection.channel()));
        try {
            var _ = connection
                    .withDeadline(stub, 0)
                    .cancelOperation(CancelOperationRequest.newBuilder()
                            .setName(operation)
                            .build());
        } catch (StatusException e) {
            LOG.log(Level.DEBUG, "Operation `%s` could not be cancelled".formatted(operation), e);
        }
    }

    /// How one stream ended.
    ///
    /// @param response what the server said in the end, if it did
    /// @param status why there is no result, or the response's own
    /// @param again whether another stream may end better
    private record Turn(Optional<ExecuteResponse> response, Status status, boolean again) {}

    private Turn turn() throws InterruptedException {
        try {
            var last = listen();
            if (last.isEmpty()) {
                return new Turn(last, CUT, true);
            }
            // Whatever comes next, this operation has ended.
            operation = "";
            return new Turn(
                    last, last.get().getStatus(), Outcomes.retryable(last.get().getStatus()));
        } catch (StatusException e) {
            var status = Failures.status(e);
            var code = Failures.code(status);
            if (!operation.isEmpty() && (code == Code.NOT_FOUND || code == Code.UNIMPLEMENTED)) {
                operation = "";
                return new Turn(Optional.empty(), status, true);
            }
            return new Turn(Optional.empty(), status, Failures.retryable(status));
        } catch (TimeoutException _) {
            return new Turn(Optional.empty(), CUT, true);
        }
    }

    /// Listens to one stream; returns nothing if it ends too early.
    private Optional<ExecuteResponse> listen() throws StatusException, InterruptedException, TimeoutException {
        var call = open();
        try {
            while (true) {
                var message = call.read(MAX_SILENCE.toSeconds(), TimeUnit.SECONDS);
                if (message == null) {
                    return Optional.empty();
                }
                if (!message.getName().isEmpty()) {
                    operation = message.getName();
                }
                if (message.getDone()) {
                    return Optional.of(response(message));
                }
                Failures.unpack(message.getMetadata(), ExecuteOperationMetadata.class)
                        .ifPresent(this::tell);
            }
        } finally {
            call.cancel("Nobody listens any more", null);
        }
    }

    private BlockingClientCall<?, Operation> open() {
        if (!operation.isEmpty()) {
            return stub().waitExecution(
                            WaitExecutionRequest.newBuilder().setName(operation).build());
        }
        return stub().execute(ExecuteRequest.newBuilder()
                .setInstanceName(connection.instance())
                .setActionDigest(Digests.toProto(request.action()))
                .setDigestFunction(Digests.toProto(request.action().function()))
                .setSkipCacheLookup(request.skipCache())
                .addAllInlineOutputFiles(request.inlined())
                .setExecutionPolicy(
                        ExecutionPolicy.newBuilder().setPriority(request.facts().priority()))
                .build());
    }

    private ExecutionBlockingV2Stub stub() {
        var stub = ExecutionGrpc.newBlockingV2Stub(connection.channel());
        return connection.describe(
                stub, request.action().hash(), request.facts().project());
    }

    private static ExecuteResponse response(Operation message) throws StatusException {
        if (message.hasError()) {
            throw StatusProto.toStatusException(message.getError());
        }
        return Failures.unpack(message.getResponse(), ExecuteResponse.class)
                .orElseThrow(() -> StatusProto.toStatusException(CUT));
    }

    /// Servers repeat themselves: only what is new is passed on.
    private void tell(ExecuteOperationMetadata news) {
        if (news.equals(told)) {
            return;
        }
        told = news;
        var known = news.getPartialExecutionMetadata();
        if (news.getStage() == ExecutionStage.Value.QUEUED) {
            var reason = known.getAuxiliaryMetadataList().stream()
                    .flatMap(any -> Failures.unpack(any, StringValue.class).stream())
                    .findFirst();
            var said = reason.map(StringValue::getValue).orElse("for a worker");
            why = said.lines().toList();
            observer.queued(said);
        } else if (news.getStage() == ExecutionStage.Value.EXECUTING) {
            var worker = known.getWorker().isBlank() ? connection.channel().authority() : known.getWorker();
            why = List.of();
            observer.running(new WorkerId(worker), false);
        }
    }
}
