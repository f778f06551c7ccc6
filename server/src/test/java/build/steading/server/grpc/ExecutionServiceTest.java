// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecutionPolicy;
import build.bazel.remote.execution.v2.ExecutionStage;
import build.bazel.remote.execution.v2.RequestMetadata;
import build.steading.execute.Outcome;
import build.steading.schedule.WorkerId;
import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.StringValue;
import com.google.rpc.Code;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ExecutionServiceTest extends ExecutionTest {
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
            assertThat(asked.facts().priority()).isEqualTo(-5);
            assertThat(asked.facts().project()).isEqualTo("invocation");
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
            // The client may hear of the end a moment before the book counts the operation among the ended ones.
            while (!timed.operations().after(0, 1).isEmpty()) {
                timed.operations().sweep();
                Thread.onSpinWait();
            }
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
}
