// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.RequestMetadata;
import build.steading.action.MemoryActionCache;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.log.LogRecord;
import build.steading.platform.RequestFacts;
import build.steading.schedule.WorkerId;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The client's executor over the server's services over a fake.
class RemoteExecutorTest {
    private static final RetryPolicy PATIENT =
            new RetryPolicy(4, Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofSeconds(30));
    private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30));
    private static final Digest ACTION = Digest.of(new byte[] {1});
    private static final ActionResult RESULT = ActionResult.newBuilder()
            .setExitCode(3)
            .setExecutionMetadata(ExecutedActionMetadata.newBuilder().setWorker("w1"))
            .build();

    private final Resources resources = new Resources();
    private final FakeExecutor behind = new FakeExecutor();
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Events events = new Events();

    @AfterEach
    void close() {
        resources.close();
    }

    static Stream<Outcome> outcomes() {
        return Stream.of(
                new Outcome.Completed(RESULT, false, List.of()),
                new Outcome.Completed(RESULT, true, List.of()),
                new Outcome.TimedOut(Duration.ofMillis(1_500), RESULT),
                new Outcome.Cancelled("the user"),
                new Outcome.Rejected(new Failure.Invalid("Output `o` is a socket"), RESULT),
                new Outcome.NotRun(new Failure.Invalid("Blob `x` is not an `Action`")),
                new Outcome.NotRun(new Failure.NotFound("Gone")),
                new Outcome.NotRun(new Failure.MissingBlobs(Set.of(ACTION, Digest.EMPTY))),
                new Outcome.NotRun(new Failure.Denied("No")),
                new Outcome.NotRun(new Failure.Overloaded("Busy", Duration.ofMillis(1_500))),
                new Outcome.NotRun(new Failure.Unavailable("Down")));
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void outcomesArriveAsTheyWereMeant(Outcome outcome) throws Exception {
        var execution = execute(ONCE, asItIs());

        behind.next().end(outcome);

        assertThat(execution.await()).isEqualTo(outcome);
    }

    @Test
    void smallFilesComeAlongWithTheResult() throws Exception {
        var digest = Digests.toProto(Blobs.put(blobs, new byte[] {1, 2}));
        var file = OutputFile.newBuilder().setPath("a.o").setDigest(digest).build();
        var made = RESULT.toBuilder().addOutputFiles(file).build();
        var asked = new ExecutionRequest(ACTION, false, RequestFacts.NONE, List.of(), Set.of("a.o"));
        var execution = cluster(ONCE, asItIs()).executor().execute(asked, events);
        behind.next().end(new Outcome.Completed(made, false, List.of()));

        var full = file.toBuilder().setContents(ByteString.copyFrom(new byte[] {1, 2}));
        var expected = RESULT.toBuilder().addOutputFiles(full).build();
        assertThat(execution.await()).isEqualTo(new Outcome.Completed(expected, false, List.of()));
    }

    @Test
    void refusalsArriveAsTheyWereMeant() throws Exception {
        var refusal = new Failure.Denied("Not you");
        behind.refuse(new SteadingException(refusal));

        assertThat(execute(ONCE, asItIs()).await()).isEqualTo(new Outcome.NotRun(refusal));
    }

    @Test
    void requestArrivesAsItWasMeant() throws Exception {
        var request = new ExecutionRequest(
                ACTION, true, RequestFacts.of("project", "local").withPriority(-7), List.of());
        cluster(ONCE, asItIs()).executor().execute(request, ExecutionObserver.NONE);

        assertThat(behind.next().request).isEqualTo(request);
    }

    @Test
    void observerIsToldWhatHappens() throws Exception {
        var stdout = Blobs.put(blobs, new byte[100_000]);
        var execution = execute(ONCE, asItIs());
        var stake = behind.next();
        stake.observer.queued("for a worker with `gpu`");
        assertThat(events.next()).isEqualTo("queued for a worker with `gpu`");
        assertThat(execution.why()).containsExactly("for a worker with `gpu`");
        stake.observer.running(new WorkerId("w1"), false);
        assertThat(events.next()).isEqualTo("running on w1");
        assertThat(execution.why()).isEmpty();

        stake.end(new Outcome.Completed(
                RESULT.toBuilder()
                        .setStdoutDigest(Digests.toProto(stdout))
                        .setStderrRaw(ByteString.copyFromUtf8("oops"))
                        .build(),
                false,
                List.of()));

        execution.await();
        assertThat(events.next()).isEqualTo("STDOUT 65536");
        assertThat(events.next()).isEqualTo("STDOUT 34464");
        assertThat(events.next()).isEqualTo("STDERR 4");
    }

    @Test
    @DisplayName("K20: the digest of output counts more than what is inlined")
    void inlinedOutputIsNotTrusted() throws Exception {
        var stdout = Blobs.put(blobs, new byte[10]);
        var execution = execute(ONCE, asItIs());

        behind.next()
                .end(new Outcome.Completed(
                        RESULT.toBuilder()
                                .setStdoutDigest(Digests.toProto(stdout))
                                .setStdoutRaw(ByteString.copyFromUtf8("cut"))
                                .build(),
                        false,
                        List.of()));

        execution.await();
        assertThat(events.next()).isEqualTo("STDOUT 10");
    }

    @Test
    void withdrawalReachesTheServer() throws Exception {
        var execution = execute(ONCE, asItIs());
        var stake = behind.next();
        stake.observer.queued("for a while");
        events.next();

        execution.withdraw("the user");

        assertThat(execution.await()).isEqualTo(new Outcome.Cancelled("the user"));
        assertThat(stake.await()).isInstanceOf(Outcome.Cancelled.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK", "UNAVAILABLE", "INTERNAL"})
    @DisplayName("K9: a stream that ends too early is taken up again, and nothing runs twice")
    void brokenStreamIsTakenUpAgain(Status.Code code) throws Exception {
        var execution = execute(PATIENT, Quirks.cutting("Execute", 1, 1, code.toStatus()));
        var stake = behind.next();

        stake.end(new Outcome.Completed(RESULT, false, List.of()));

        assertThat(execution.await()).isEqualTo(new Outcome.Completed(RESULT, false, List.of()));
        assertThat(behind.asked()).isOne();
    }

    @Test
    @DisplayName("K9: an operation that the server has forgotten is asked for anew")
    void forgottenOperationIsAskedForAnew() throws Exception {
        var quirk = both(
                Quirks.cutting("Execute", 1, 1, Status.OK),
                Quirks.failing("WaitExecution", 1, Status.NOT_FOUND, new Metadata()));
        var execution = execute(PATIENT, quirk);
        behind.next();

        behind.next().end(new Outcome.Completed(RESULT, true, List.of()));

        assertThat(execution.await()).isEqualTo(new Outcome.Completed(RESULT, true, List.of()));
    }

    @Test
    @DisplayName("K9: asking anew has an end")
    void hopelessServerIsGivenUp() throws Exception {
        var execution = execute(PATIENT, Quirks.failing("Execute"::equals, Status.UNAVAILABLE, new Metadata()));

        assertThat(execution.await())
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        notRun -> assertThat(notRun.failure()).isInstanceOf(Failure.Unavailable.class));
    }

    @Test
    void overloadedFarmIsAskedAgain() throws Exception {
        var execution = execute(PATIENT, asItIs());

        behind.next().end(new Outcome.NotRun(new Failure.Overloaded("Busy", Duration.ofMillis(1))));
        behind.next().end(new Outcome.Completed(RESULT, false, List.of()));

        assertThat(execution.await()).isEqualTo(new Outcome.Completed(RESULT, false, List.of()));
    }

    @Test
    void closedClientEndsItsExecutionsAndLeavesTheActionsAlone() throws Exception {
        var cluster = cluster(ONCE, asItIs());
        var execution = cluster.executor().execute(request(), ExecutionObserver.NONE);
        var stake = behind.next();

        cluster.close();

        assertThat(execution.await()).isInstanceOf(Outcome.NotRun.class);
        assertThat(stake.endsWithin(Duration.ZERO)).isFalse();
    }

    @Test
    @DisplayName("K1, K2: every call says who asks")
    void everyCallSaysWhoAsks() throws Exception {
        Queue<String> silent = new ConcurrentLinkedQueue<>();
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        var cluster = cluster(ONCE, new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                var method = call.getMethodDescriptor().getBareMethodName();
                heard.add(method);
                if (!names(headers.get(Caller.HEADER))) {
                    silent.add(method);
                }
                return next.startCall(call, headers);
            }
        });
        var big = GrpcTest.bytes(5_000_000, 1);
        Blobs.read(cluster.blobs(), Blobs.put(cluster.blobs(), big));
        Blobs.read(cluster.blobs(), Blobs.put(cluster.blobs(), new byte[1]));
        cluster.blobs().findMissing(Set.of(ACTION));
        cluster.results().find(ACTION);
        cluster.results().put(ACTION, ActionResult.getDefaultInstance());
        var execution = cluster.executor().execute(request(), ExecutionObserver.NONE);
        behind.next().end(new Outcome.Completed(RESULT, false, List.of()));
        execution.await();

        assertThat(heard)
                .contains("GetCapabilities", "FindMissingBlobs", "BatchUpdateBlobs", "BatchReadBlobs", "Read", "Write")
                .contains("GetActionResult", "UpdateActionResult", "Execute");
        assertThat(silent).isEmpty();
    }

    private static boolean names(byte[] header) {
        try {
            return header != null
                    && !RequestMetadata.parseFrom(header).getToolInvocationId().isEmpty();
        } catch (com.google.protobuf.InvalidProtocolBufferException _) {
            return false;
        }
    }

    private Execution execute(RetryPolicy policy, ServerInterceptor quirk) {
        return cluster(policy, quirk).executor().execute(request(), events);
    }

    private RemoteCluster cluster(RetryPolicy policy, ServerInterceptor quirk) {
        var server = resources.add(new InProcessServer(
                GrpcTest.config(GrpcTest.only("a/b"), true), blobs, new MemoryActionCache(1_000), behind, quirk));
        return resources.add(RemoteCluster.over(server.channel(), "a/b", policy));
    }

    private static ExecutionRequest request() {
        return new ExecutionRequest(ACTION, false, RequestFacts.NONE, List.of());
    }

    private static ServerInterceptor asItIs() {
        return Quirks.failing(_ -> false, Status.OK, new Metadata());
    }

    private static ServerInterceptor both(ServerInterceptor first, ServerInterceptor second) {
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                ServerCallHandler<Q, R> inner = (c, h) -> second.interceptCall(c, h, next);
                return first.interceptCall(call, headers, inner);
            }
        };
    }

    /// Notes what an observer is told.
    private static final class Events implements ExecutionObserver {
        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return all.poll(10, TimeUnit.SECONDS);
        }

        @Override
        public void queued(String reason) {
            all.add("queued " + reason);
        }

        @Override
        public void running(WorkerId worker, boolean joined) {
            all.add("running on " + worker);
        }

        @Override
        public void output(LogRecord entry) {
            all.add(entry.source() + " " + entry.bytes().size());
        }
    }
}
