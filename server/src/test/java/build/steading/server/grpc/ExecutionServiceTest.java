// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecuteOperationMetadata;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.ExecutionGrpc.ExecutionBlockingV2Stub;
import build.bazel.remote.execution.v2.ExecutionPolicy;
import build.bazel.remote.execution.v2.ExecutionStage;
import build.bazel.remote.execution.v2.RequestMetadata;
import build.bazel.remote.execution.v2.WaitExecutionRequest;
import build.steading.digest.Digest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import build.steading.schedule.WorkerId;
import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.OperationsGrpc.OperationsBlockingV2Stub;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.StringValue;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ExecutionServiceTest extends GrpcTest {
    private final ManualClock clock = new ManualClock();
    private final InProcessServer timed = new InProcessServer(config(), blobs, results, executor, clock);
    private final ExecutionBlockingV2Stub stub = ExecutionGrpc.newBlockingV2Stub(timed.channel());
    private final OperationsBlockingV2Stub operations = OperationsGrpc.newBlockingV2Stub(timed.channel());
    private final Digest action = Digest.of(bytes(100, 1));

    @AfterEach
    void stopTimed() {
        timed.close();
    }

    @Nested
    class Stream {
        @Test
        @DisplayName("E01, E02: every message is named and described, and only the last is done")
        void lifeOfAnExecution() throws Exception {
            var call = execute();
            var stake = executor.next();
            var first = next(call);
            stake.observer.queued("for a worker with `gpu`");
            var queued = next(call);
            stake.observer.running(new WorkerId("w1"), false);
            var running = next(call);
            stake.end(FakeExecutor.completed(0));
            var last = next(call);

            assertThat(List.of(first, queued, running)).noneMatch(Operation::getDone);
            assertThat(List.of(queued, running, last))
                    .allSatisfy(message -> assertThat(message.getName()).isEqualTo(first.getName()));
            assertThat(List.of(stage(first), stage(queued), stage(running), stage(last)))
                    .containsExactly(
                            ExecutionStage.Value.CACHE_CHECK,
                            ExecutionStage.Value.QUEUED,
                            ExecutionStage.Value.EXECUTING,
                            ExecutionStage.Value.COMPLETED);
            assertThat(metadata(queued)
                            .getPartialExecutionMetadata()
                            .getAuxiliaryMetadata(0)
                            .unpack(StringValue.class))
                    .isEqualTo(StringValue.of("for a worker with `gpu`"));
            assertThat(metadata(running).getPartialExecutionMetadata().getWorker())
                    .isEqualTo("w1");
            assertThat(last.getDone()).isTrue();
            assertThat(response(last).getStatus().getCode()).isZero();
            assertThat(response(last).getResult().getExecutionMetadata().getWorker())
                    .isEqualTo("w1");
            assertThat(call.hasNext()).isFalse();
        }

        @Test
        @DisplayName("E01: a result whose worker said nothing still names one")
        void metadataIsNeverAbsent() throws Exception {
            var call = execute();
            executor.next().end(new Outcome.Completed(ActionResult.getDefaultInstance(), true, List.of()));

            var result = response(last(call)).getResult();

            assertThat(result.getExecutionMetadata().getWorker()).isNotEmpty();
            assertThat(result.getExecutionMetadata().hasQueuedTimestamp()).isTrue();
        }

        @Test
        @DisplayName("E03: the first message comes before anything has happened")
        void firstMessageComesAtOnce() throws Exception {
            assertThat(next(execute()).getName()).startsWith("operations/");
        }

        @Test
        @DisplayName("E21, E20: every call asks the executor, which alone decides what to merge")
        void everyCallIsAskedFor() throws Exception {
            execute();
            execute();

            assertThat(executor.next().request).isEqualTo(executor.next().request);
        }

        @Test
        void requestIsPassedOn() throws Exception {
            var headers = new Metadata();
            headers.put(
                    Caller.HEADER,
                    RequestMetadata.newBuilder()
                            .setToolInvocationId("invocation")
                            .build()
                            .toByteArray());
            stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .execute(request().toBuilder()
                            .setSkipCacheLookup(true)
                            .setExecutionPolicy(ExecutionPolicy.newBuilder().setPriority(-5))
                            .build());

            var asked = executor.next().request;

            assertThat(asked.action()).isEqualTo(action);
            assertThat(asked.skipCache()).isTrue();
            assertThat(asked.priority()).isEqualTo(-5);
            assertThat(asked.tenant()).isEqualTo("invocation");
        }

        @Test
        @DisplayName("129: a silent stream repeats its last message")
        void silentStreamRepeatsItself() throws Exception {
            var call = execute();
            var first = next(call);

            clock.advance(LIMITS.operations().repeat());
            timed.operations().sweep();

            assertThat(next(call)).isEqualTo(first);
        }
    }

    @Nested
    class Ends {
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

            var status =
                    end(new Outcome.NotRun(new Failure.MissingBlobs(missing))).getStatus();

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
            var violations =
                    status.getDetails(0).unpack(PreconditionFailure.class).getViolationsList();
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

    @Nested
    class Names {
        @Test
        @DisplayName("E16: who waits for a running operation learns how it stands, and then its end")
        void waitTellsStateAndEnd() throws Exception {
            var name = next(execute()).getName();
            var stake = executor.next();
            stake.observer.running(new WorkerId("w1"), false);

            var second = stub.waitExecution(named(name));
            assertThat(stage(next(second))).isEqualTo(ExecutionStage.Value.EXECUTING);
            stake.end(FakeExecutor.completed(0));

            assertThat(last(second).getName()).isEqualTo(name);
        }

        @Test
        @DisplayName("E17: a result can be waited for after its stream has gone")
        void resultOutlivesItsStream() throws Exception {
            var call = execute();
            var name = next(call).getName();
            call.cancel("gone", null);
            executor.next().end(FakeExecutor.completed(0));

            assertThat(response(last(stub.waitExecution(named(name))))
                            .getResult()
                            .getExitCode())
                    .isZero();
        }

        @Test
        @DisplayName("E18: an unknown operation is not found")
        void unknownNameIsNotFound() {
            assertFails(Status.Code.NOT_FOUND, () -> next(stub.waitExecution(named("operations/none"))));
        }

        @Test
        @DisplayName("E19: an ended operation is remembered for its time, and no longer")
        void endedOperationIsRememberedForItsTime() throws Exception {
            var call = execute();
            executor.next().end(FakeExecutor.completed(0));
            var name = last(call).getName();

            clock.advance(LIMITS.operations().keep());
            timed.operations().sweep();
            assertThat(last(stub.waitExecution(named(name))).getDone()).isTrue();

            clock.advance(Duration.ofNanos(1));
            timed.operations().sweep();
            assertFails(Status.Code.NOT_FOUND, () -> next(stub.waitExecution(named(name))));
        }

        @Test
        @DisplayName("E22: operations can be asked for, waited for, listed and cancelled")
        void operationsCanBeManaged() throws Exception {
            var call = execute();
            var name = next(call).getName();
            var get = GetOperationRequest.newBuilder().setName(name).build();
            assertThat(operations.getOperation(get).getDone()).isFalse();
            assertThat(operations
                            .listOperations(ListOperationsRequest.getDefaultInstance())
                            .getOperationsList())
                    .containsExactly(operations.getOperation(get));
            executor.next();

            operations.cancelOperation(
                    CancelOperationRequest.newBuilder().setName(name).build());

            assertThat(response(last(call)).getStatus().getCode()).isEqualTo(Code.CANCELLED_VALUE);
            assertThat(operations
                            .waitOperation(WaitOperationRequest.newBuilder()
                                    .setName(name)
                                    .build())
                            .getDone())
                    .isTrue();
        }

        @Test
        void listComesInPages() throws Exception {
            var first = next(execute()).getName();
            var second = next(execute()).getName();
            var one = ListOperationsRequest.newBuilder().setPageSize(1);

            var page = operations.listOperations(one.build());
            var rest = operations.listOperations(
                    one.setPageToken(page.getNextPageToken()).build());

            assertThat(page.getOperations(0).getName()).isEqualTo(first);
            assertThat(rest.getOperations(0).getName()).isEqualTo(second);
        }
    }

    @Nested
    class Abandoned {
        @Test
        @DisplayName("121: what nobody watches is withdrawn after the grace period")
        void abandonedOperationIsWithdrawn() throws Exception {
            var call = execute();
            next(call);
            var stake = executor.next();
            call.cancel("gone", null);

            awaitUnwatched(stake);

            assertThat(stake.await()).isInstanceOf(Outcome.Cancelled.class);
        }

        @Test
        void whoeverAsksKeepsAnOperationAlive() throws Exception {
            var call = execute();
            var name = next(call).getName();
            var stake = executor.next();
            call.cancel("gone", null);
            clock.advance(LIMITS.operations().grace().minusNanos(1));
            operations.getOperation(
                    GetOperationRequest.newBuilder().setName(name).build());
            clock.advance(LIMITS.operations().grace().minusNanos(1));

            timed.operations().sweep();

            stake.end(FakeExecutor.completed(0));
            assertThat(response(last(stub.waitExecution(named(name))))
                            .getStatus()
                            .getCode())
                    .isZero();
        }

        /// The server learns asynchronously that a client is gone, so time must pass more than once.
        private void awaitUnwatched(FakeExecutor.Stake stake) throws InterruptedException {
            for (var i = 0; i < 1_000 && !stake.endsWithin(Duration.ofMillis(10)); i++) {
                clock.advance(LIMITS.operations().grace());
                timed.operations().sweep();
            }
        }
    }

    private ExecuteRequest request() {
        return ExecuteRequest.newBuilder().setActionDigest(proto(action)).build();
    }

    private BlockingClientCall<?, Operation> execute() {
        return stub.execute(request());
    }

    private static WaitExecutionRequest named(String name) {
        return WaitExecutionRequest.newBuilder().setName(name).build();
    }

    private static Operation next(BlockingClientCall<?, Operation> call) throws Exception {
        return call.read(10, TimeUnit.SECONDS);
    }

    private static Operation last(BlockingClientCall<?, Operation> call) throws Exception {
        var last = next(call);
        while (!last.getDone()) {
            last = next(call);
        }
        return last;
    }

    private static ExecuteOperationMetadata metadata(Operation message) throws Exception {
        return message.getMetadata().unpack(ExecuteOperationMetadata.class);
    }

    private static ExecutionStage.Value stage(Operation message) throws Exception {
        return metadata(message).getStage();
    }

    private static ExecuteResponse response(Operation message) throws Exception {
        return message.getResponse().unpack(ExecuteResponse.class);
    }
}
