// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.blob.ReadThroughBlobStore;
import build.steading.build.BuildBook;
import build.steading.build.BuildDesk;
import build.steading.build.BuildDeskContract;
import build.steading.build.BuildId;
import build.steading.build.BuildObserver;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.Builds.Order;
import build.steading.build.FileDelivery;
import build.steading.build.Heard;
import build.steading.build.RequestRecord;
import build.steading.build.Sources;
import build.steading.client.RemoteBuilds;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.log.LogFormat;
import build.steading.platform.Requirement;
import build.steading.tree.Trees;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Builds asked for by the client, over the services of a server, over builds in memory.
class RemoteBuildsTest extends BuildDeskContract {
    private static final RetryPolicy PATIENT =
            new RetryPolicy(8, Duration.ofMillis(1), Duration.ofMillis(50), Duration.ofSeconds(30));

    private final Resources resources = new Resources();
    private final MemoryBlobStore userBlobs = new MemoryBlobStore();
    private final String name = InProcessServerBuilder.generateName();
    private BuildsServer server;
    private Trees userTrees;
    private RemoteBuilds remote;

    @TempDir
    Path home;

    @BeforeEach
    void connect() {
        server = serve(asItIs());
        remote = client();
    }

    private BuildsServer serve(ServerInterceptor foreign) {
        return new BuildsServer(name, builds, blobs, Callers.LOCAL, foreign);
    }

    private RemoteBuilds client() {
        var cluster = resources.add(RemoteCluster.over(channel(), "", PATIENT));
        var through = new ReadThroughBlobStore(userBlobs, cluster.blobs());
        userTrees = new Trees(through, 0);
        var sources = new Sources() {
            @Override
            public Digest restore(SourceRef source) {
                throw SteadingException.notFound("There is no repository here");
            }

            @Override
            public List<String> ancestry(SourceRef source, int limit) {
                return List.of("c".repeat(40), "d".repeat(40));
            }
        };
        return cluster.builds(new RemoteBuilds.Site(
                through,
                userTrees,
                sources,
                new FileDelivery(through, userTrees, "farm"),
                home.resolve("outbox"),
                place -> place.startsWith("/") ? "here:" + place : place,
                InstantSource.system()));
    }

    private ManagedChannel channel() {
        return InProcessChannelBuilder.forName(name).build();
    }

    private static ServerInterceptor asItIs() {
        return Quirks.failing(_ -> false, Status.OK, new Metadata());
    }

    @AfterEach
    void disconnect() {
        resources.close();
        server.close();
    }

    @Override
    protected BuildDesk desk() {
        return remote;
    }

    @Override
    protected BuildBook book() {
        return remote;
    }

    @Override
    protected Trees userTrees() {
        return userTrees;
    }

    @Override
    protected void keep(byte[] file) {
        Blobs.put(userBlobs, file);
    }

    private void restartServer() {
        server.close();
        builds.close();
        builds = open();
        builds.recall().run();
        server = serve(asItIs());
    }

    @Test
    void restartOfTheServerIsNotNoticed() throws Exception {
        var heard = new Heard();
        var request = submit(spec(ONE_TASK), heard);
        var begun = Instant.parse("2026-03-04T05:06:07.123456Z");
        executor.next().runs().prints("one ", begun).prints("two ", begun.plusMillis(1));
        heard.awaitOutput("one two ");

        restartServer();
        // The worker that still runs the task sends its log again, and goes on.
        var talk = executor.next().runs();
        talk.prints("one ", begun).prints("two ", begun.plusMillis(1)).prints("three", begun.plusMillis(2));
        heard.awaitOutput("one two three");
        talk.makes("x", "made");

        assertThat(heard.awaitEnd().id()).isEqualTo(request.build());
        assertThat(heard.output()).isEqualTo("one two three");
        assertThat(heard.all()).containsOnlyOnce("ended SUCCEEDED").containsOnlyOnce("request ANSWERED");
        assertThat(Files.readString(out.resolve("main/x"))).isEqualTo("made");
        assertThat(records.requests(request.build())).hasSize(1);
    }

    @Test
    void anotherAttemptAfterTheRestartIsShownFromItsBeginning() throws Exception {
        var heard = new Heard();
        submit(spec(ONE_TASK), heard);
        executor.next().runs().prints("lost ");
        heard.awaitOutput("lost ");

        restartServer();
        var talk = executor.next().runs().prints("again");
        heard.awaitOutput("lost again");
        talk.ends(1);

        heard.awaitEnd();
        assertThat(heard.output()).isEqualTo("lost again");
    }

    @Test
    void outputOfWhileNobodyListenedIsTold() throws Exception {
        var heard = new Heard();
        submit(spec(ONE_TASK), heard);
        var talk = executor.next().runs().prints("one ");
        heard.awaitOutput("one ");

        server.close();
        talk.prints("two ").prints("three");
        talk.makes("x", "made");
        server = serve(asItIs());

        heard.awaitEnd();
        assertThat(heard.output()).isEqualTo("one two three");
        assertThat(Files.readString(out.resolve("main/x"))).isEqualTo("made");
    }

    @Test
    void outputOfARunningTaskThatWasMissedIsTold() throws Exception {
        var heard = new Heard();
        submit(spec(ONE_TASK), heard);
        var talk = executor.next().runs().prints("one ");
        heard.awaitOutput("one ");

        server.close();
        talk.prints("two ");
        server = serve(asItIs());
        heard.awaitOutput("one two ");
        talk.prints("three");
        heard.awaitOutput("one two three");
        talk.ends(1);

        heard.awaitEnd();
        assertThat(heard.output()).isEqualTo("one two three");
    }

    @Test
    void followerGoesOnAfterABrokenConnection() throws Exception {
        var heard = new Heard();
        var request = submit(spec(ONE_TASK), heard);
        var talk = executor.next().runs().prints("one ");
        heard.awaitOutput("one ");
        var text = new Text();
        var following = remote.follow(request.build(), "t", text).orElseThrow();

        server.close();
        talk.prints("two");
        server = serve(asItIs());
        text.await("one two");
        talk.ends(1);

        heard.awaitEnd();
        following.close();
        assertThat(text.now()).isEqualTo("one two");
    }

    @Test
    void requestWhoseAnswerWasLostIsNotStoredTwice() throws Exception {
        server.close();
        server = serve(Quirks.mute("Submit", 2, Status.UNAVAILABLE));
        var heard = new Heard();

        var request = submit(spec(ONE_TASK), heard);

        executor.next().runs().prints("whole").ends(1);
        heard.awaitEnd();
        assertThat(heard.output()).isEqualTo("whole");
        assertThat(records.requests(request.build())).hasSize(1);
        assertThat(remote.recent(9, Optional.empty())).hasSize(1);
    }

    @Test
    void failureSaysWhetherTheRequestMayHaveBeenStored() {
        server.close();
        server = serve(Quirks.mute("Submit", PATIENT.attempts(), Status.UNAVAILABLE));
        assertThatThrownBy(() -> submit(spec(ONE_TASK), BuildObserver.NONE))
                .extracting("failure.unanswered")
                .isEqualTo(true);
        server.close();
        // Its input cannot be brought: the request itself was not sent.
        assertThatThrownBy(() -> submit(spec("project: other\ntasks: {t: {run: make}}\n"), BuildObserver.NONE))
                .extracting("failure.unanswered")
                .isEqualTo(false);
    }

    @Test
    void streamThatBreaksAfterTheRequestIsTakenUpAgain() throws Exception {
        server.close();
        server = serve(Quirks.cutting("Submit", 1, 1, Status.UNAVAILABLE));
        var heard = new Heard();

        submit(spec(ONE_TASK), heard);
        executor.next().runs().prints("whole").makes("x", "made");

        heard.awaitEnd();
        assertThat(heard.output()).isEqualTo("whole");
        assertThat(heard.all()).containsOnlyOnce("ended SUCCEEDED");
    }

    @Test
    void inputIsUploadedAgainIfTheServerLostIt() throws Exception {
        var spec = spec(ONE_TASK);
        assertThat(blobs.findMissing(Set.of(spec.root()))).isNotEmpty();
        submit(spec, BuildObserver.NONE);
        assertThat(blobs.findMissing(Set.of(spec.root()))).isEmpty();
        var empty = new MemoryBlobStore();
        server.close();
        server = new BuildsServer(name, builds, empty, Callers.LOCAL, asItIs());

        submit(spec, BuildObserver.NONE);

        assertThat(empty.findMissing(Set.of(spec.root()))).isEmpty();
        assertThat(records.requests(new BuildId(1))).hasSize(2);
    }

    @Test
    void inputThatNobodyHasIsSaidToBeMissing() {
        var spec = spec(ONE_TASK);
        var lost = new BuildSpec(
                spec.project(),
                spec.source(),
                Digest.of(new byte[] {9}),
                spec.options(),
                spec.matrix(),
                spec.tasks(),
                spec.command(),
                false,
                Requirement.ANY);

        assertThatThrownBy(() -> submit(lost, BuildObserver.NONE)).hasMessageContaining("no repository here");
    }

    @Test
    void deliveryThatAProcessDidNotFinishIsFinishedByTheNext() throws Exception {
        var request = submit(spec(ONE_TASK), BuildObserver.NONE);
        var talk = executor.next().runs();
        resources.close();
        talk.makes("x", "made");

        remote = client();
        remote.resume();
        for (var i = 0; i < 4000 && !Files.exists(out.resolve("main/x")); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        var heard = new Heard();
        remote.observe(request.build(), heard);

        heard.awaitEnd();
        assertThat(heard.all()).containsExactly("request ANSWERED", "ended SUCCEEDED");
        assertThat(Files.readString(out.resolve("main/x"))).isEqualTo("made");
        assertThat(remote.requests(request.build()))
                .singleElement()
                .satisfies(stored -> assertThat(stored.out()).contains(out.resolve("main")));
    }

    @Test
    void serverStoresNeitherThePlaceNorTheDirectoryOfTheClient() {
        var request = submit(spec(ONE_TASK), BuildObserver.NONE);

        assertThat(records.requests(request.build()))
                .singleElement()
                .extracting(RequestRecord::out)
                .isEqualTo(Optional.empty());
        assertThat(builds.find(request.build()).orElseThrow().spec().source().repository())
                .isEqualTo("here:/repository");
    }

    @Test
    void onlyTheServersOwnUserSpeaksForOthersAndOnlyAdministratorsWithdrawForThem() {
        var asked = submit(spec(ONE_TASK), BuildObserver.NONE);
        assertThat(asked.requester()).isEqualTo("ann");
        become(new Identity("bob", Role.BUILDER));

        var joined = submit(spec(ONE_TASK), BuildObserver.NONE);

        assertThat(joined.requester()).isEqualTo("bob");
        assertThatThrownBy(() -> remote.withdraw(asked.build(), List.of(asked.id()), "ann"))
                .hasMessageContaining("is yours");
        assertThat(remote.withdraw(asked.build(), List.of(), "ann")).isFalse();
        assertThat(records.requests(asked.build()))
                .extracting(RequestRecord::id)
                .containsExactly(asked.id(), joined.id());
        assertThat(builds.requests(asked.build()))
                .extracting(RequestRecord::state)
                .containsExactly(RequestRecord.State.OPEN, RequestRecord.State.WITHDRAWN);
    }

    private void become(Identity caller) {
        server.close();
        server = new BuildsServer(name, builds, blobs, caller, asItIs());
    }

    @Test
    void clientThatReadsSlowlyMissesNothingAndHoldsUpNobody() throws Exception {
        var heard = new Heard();
        var request = remote.submit(spec(ONE_TASK), new Order("ann", Optional.empty()), heard)
                .request();
        var talk = executor.next().runs();
        heard.await("task t RUNNING");
        var channel = channel();
        resources.add(channel::shutdownNow);
        var slow = new SlowClient(channel, request.build().value());
        slow.read(1);
        var line = "x".repeat(1_000) + "\n";
        var lines = 12_000;
        for (var i = 0; i < lines; i++) {
            talk.prints(line);
        }
        heard.awaitOutput(line.repeat(lines));
        talk.ends(1);
        heard.awaitEnd();

        slow.readToTheEnd();

        assertThat(slow.outputBytes()).isEqualTo((long) lines * (line.length() + LogFormat.HEADER_BYTES));
        assertThat(slow.hasEnded()).isTrue();
    }
}
