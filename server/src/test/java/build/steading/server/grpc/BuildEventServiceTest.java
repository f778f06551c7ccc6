// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.events.BuildEvent;
import build.steading.action.MemoryActionCache;
import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.blob.MemoryBlobStore;
import build.steading.build.BuildRecord;
import build.steading.build.BuildRecords.Query;
import build.steading.build.BuildState;
import build.steading.lifecycle.Resources;
import build.steading.server.bazel.Events;
import build.steading.server.bazel.InvocationBook;
import build.steading.server.bazel.InvocationBook.Limits;
import build.steading.server.sql.SqliteBuildRecords;
import build.steading.server.sql.SqliteDatabase;
import com.google.devtools.build.v1.OrderedBuildEvent;
import com.google.devtools.build.v1.PublishBuildEventGrpc;
import com.google.devtools.build.v1.PublishBuildToolEventStreamRequest;
import com.google.devtools.build.v1.PublishBuildToolEventStreamResponse;
import com.google.devtools.build.v1.PublishLifecycleEventRequest;
import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildEventServiceTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    private final Resources resources = new Resources();
    private SqliteBuildRecords records;
    private PublishBuildEventGrpc.PublishBuildEventBlockingV2Stub stub;

    @BeforeEach
    void start() throws IOException {
        records = new SqliteBuildRecords(resources.add(new SqliteDatabase(directory.resolve("records.db"))));
        stub = serve(Callers.LOCAL, 2);
    }

    private PublishBuildEventGrpc.PublishBuildEventBlockingV2Stub serve(Identity caller, int maxInvocations)
            throws IOException {
        var clock = InstantSource.fixed(Events.BEGUN.plusSeconds(60));
        var book = resources.add(new OperationBook(new FakeExecutor(), OperationLimits.STANDARD, clock));
        var config = GrpcTest.config(InstanceNames.ANY, false);
        var name = InProcessServerBuilder.generateName();
        var invocations = resources.add(new InvocationBook(records, clock, new Limits(maxInvocations, PATIENCE)));
        var events = new BuildEventService(invocations);
        var server = new Services(config, new MemoryBlobStore(), new MemoryActionCache(1), book, clock)
                .and(List.of(events))
                .addTo(InProcessServerBuilder.forName(name), Authenticator.always(caller))
                .build()
                .start();
        resources.add(server::shutdownNow);
        var channel = InProcessChannelBuilder.forName(name).build();
        resources.add(channel::shutdownNow);
        return PublishBuildEventGrpc.newBlockingV2Stub(channel);
    }

    @AfterEach
    void close() {
        resources.close();
    }

    @Test
    void anInvocationIsAmongTheBuildsWhenItsLastEventIsConfirmed() throws Exception {
        var call = stub.publishBuildToolEventStream();
        assertThat(tell(call, "i", 1, Events.started())).isEqualTo(1);
        assertThat(tell(call, "i", 2, Events.workspace())).isEqualTo(2);
        assertThat(tell(call, "i", 3, Events.completed("//a:lib", true))).isEqualTo(3);
        assertThat(tell(call, "i", 4, Events.completed("//a:test", true))).isEqualTo(4);
        assertThat(tell(call, "i", 5, Events.tested("//a:test", 4))).isEqualTo(5);
        assertThat(tell(call, "i", 6, Events.finished(3, "TESTS_FAILED"))).isEqualTo(6);
        assertThat(builds().getFirst().tasks()).isEmpty();
        assertThat(last(call, "i", 7)).isEqualTo(7);

        var build = builds().getFirst();
        assertThat(build.state()).isEqualTo(BuildState.FAILED);
        assertThat(build.note()).isEqualTo("exit code 3, TESTS_FAILED");
        assertThat(build.spec().project()).isEqualTo("hello");
        assertThat(build.spec().source().repository()).isEqualTo("/home/ann/hello");
        assertThat(build.spec().source().revision().name()).isEqualTo("0123456789ab");
        assertThat(build.spec().command().orElseThrow().run()).isEqualTo("bazel test //a/... //b");
        assertThat(build.tasks())
                .extracting(task -> task.name() + " " + task.state())
                .containsExactly("//a:lib SUCCEEDED", "//a:test FAILED");
        assertThat(Duration.between(build.created(), build.ended().orElseThrow()))
                .isEqualTo(Duration.ofSeconds(7));
        assertThat(records.requests(build.id()).getFirst().requester()).isEqualTo("ann");
    }

    @Test
    void whatIsToldAgainOnANewStreamCountsOnce() throws Exception {
        var broken = stub.publishBuildToolEventStream();
        tell(broken, "i", 1, Events.started());
        tell(broken, "i", 2, Events.completed("//a:lib", false));
        broken.cancel("broken", null);

        var call = stub.publishBuildToolEventStream();
        assertThat(tell(call, "i", 2, Events.completed("//a:other", false))).isEqualTo(2);
        tell(call, "i", 3, Events.finished(0, "SUCCESS"));
        last(call, "i", 4);
        assertThat(last(stub.publishBuildToolEventStream(), "i", 4)).isEqualTo(4);

        assertThat(builds()).hasSize(1);
        assertThat(builds().getFirst().tasks()).extracting(task -> task.name()).containsExactly("//a:lib");
        assertThat(builds().getFirst().note()).isEmpty();
    }

    @Test
    void storedInvocationIsNotStoredAgainByAnotherProcess() throws Exception {
        tellAll(stub, "i");
        tellAll(serve(Callers.LOCAL, 2), "i");

        assertThat(builds()).hasSize(1);
    }

    @Test
    void gapIsRefused() throws Exception {
        var call = stub.publishBuildToolEventStream();
        tell(call, "i", 1, Events.started());

        GrpcTest.assertFails(Status.Code.INVALID_ARGUMENT, () -> tell(call, "i", 3, Events.finished(0, "SUCCESS")));
    }

    @Test
    void onlyWhoIsOnTheSameMachineSaysForWhomItIs() throws Exception {
        tellAll(serve(new Identity("ci-7", Role.BUILDER), 2), "i");

        assertThat(records.requests(builds().getFirst().id()).getFirst().requester())
                .isEqualTo("ci-7");
    }

    @Test
    void invocationsThatAreNotHeardOfAnyMoreWereBrokenOff() throws Exception {
        var call = stub.publishBuildToolEventStream();
        tell(call, "first", 1, Events.started());
        tell(call, "second", 1, Events.started());
        tell(call, "third", 1, Events.started());

        assertThat(builds()).hasSize(1);
        assertThat(builds().getFirst().state()).isEqualTo(BuildState.CANCELLED);
        assertThat(builds().getFirst().note()).isEqualTo("it did not say how it ended");
    }

    @Test
    void lifecycleEventsAreConfirmed() throws Exception {
        assertThat(stub.publishLifecycleEvent(PublishLifecycleEventRequest.getDefaultInstance()))
                .isEqualTo(Empty.getDefaultInstance());
    }

    private List<BuildRecord> builds() {
        return records.builds(new Query.Recent(10, Optional.empty()));
    }

    private void tellAll(PublishBuildEventGrpc.PublishBuildEventBlockingV2Stub to, String id) throws Exception {
        var call = to.publishBuildToolEventStream();
        tell(call, id, 1, Events.started());
        tell(call, id, 2, Events.workspace());
        tell(call, id, 3, Events.finished(0, "SUCCESS"));
        last(call, id, 4);
    }

    private static long tell(
            BlockingClientCall<PublishBuildToolEventStreamRequest, PublishBuildToolEventStreamResponse> call,
            String id,
            long number,
            BuildEvent.Builder event)
            throws Exception {
        var told = com.google.devtools.build.v1.BuildEvent.newBuilder().setBazelEvent(Any.pack(event.build()));
        return send(call, id, number, told);
    }

    private static long last(
            BlockingClientCall<PublishBuildToolEventStreamRequest, PublishBuildToolEventStreamResponse> call,
            String id,
            long number)
            throws Exception {
        var told = com.google.devtools.build.v1.BuildEvent.newBuilder();
        told.getComponentStreamFinishedBuilder().setType(1);
        return send(call, id, number, told);
    }

    private static long send(
            BlockingClientCall<PublishBuildToolEventStreamRequest, PublishBuildToolEventStreamResponse> call,
            String id,
            long number,
            com.google.devtools.build.v1.BuildEvent.Builder told)
            throws Exception {
        var event = OrderedBuildEvent.newBuilder().setSequenceNumber(number).setEvent(told);
        event.getStreamIdBuilder().setBuildId("b").setInvocationId(id).setComponent(3);
        call.write(PublishBuildToolEventStreamRequest.newBuilder()
                .setOrderedBuildEvent(event)
                .build());
        return call.read().getSequenceNumber();
    }
}
