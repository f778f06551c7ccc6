// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.api.v1.Announcement;
import build.steading.api.v1.AppendRequest;
import build.steading.api.v1.AttendRequest;
import build.steading.api.v1.AttendResponse;
import build.steading.api.v1.FinishRequest;
import build.steading.api.v1.HeldLease;
import build.steading.api.v1.Renewal;
import build.steading.api.v1.TakeRequest;
import build.steading.api.v1.WorkerGrpc;
import build.steading.api.v1.WorkerGrpc.WorkerBlockingV2Stub;
import build.steading.api.v1.WorkerOffer;
import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.lifecycle.Resources;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import build.steading.wire.Outcomes;
import com.google.protobuf.Duration;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerServiceTest {
    private static final Digest ACTION = Digest.of(new byte[] {1});
    private static final Outcome FAILED = new Outcome.NotRun(new Failure.Unavailable("For this test"));

    private final Resources resources = new Resources();
    private final ScriptedFarm farm = new ScriptedFarm();
    private volatile Optional<Identity> caller = Optional.empty();
    private final WorkerService service =
            new WorkerService(farm, farm, new Provisions(new MemoryBlobStore()), () -> caller);
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        resources.add(threads::shutdownNow);
        var name = InProcessServerBuilder.generateName();
        var server = InProcessServerBuilder.forName(name)
                .addService(service)
                .intercept(new FailureInterceptor())
                .executor(threads)
                .build()
                .start();
        resources.add(server::shutdownNow);
        channel = InProcessChannelBuilder.forName(name).executor(threads).build();
        resources.add(channel::shutdownNow);
    }

    @AfterEach
    void stop() {
        resources.close();
    }

    private WorkerBlockingV2Stub stub() {
        return WorkerGrpc.newBlockingV2Stub(channel);
    }

    private BlockingClientCall<AttendRequest, AttendResponse> attend(String worker) throws Exception {
        var call = stub().attend();
        announce(call, worker, Map.of(), List.of());
        return call;
    }

    private static AttendResponse announce(
            BlockingClientCall<AttendRequest, AttendResponse> call,
            String worker,
            Map<Long, String> held,
            List<Long> waiting)
            throws Exception {
        return announce(call, worker, held, waiting, 1_000);
    }

    private static AttendResponse announce(
            BlockingClientCall<AttendRequest, AttendResponse> call,
            String worker,
            Map<Long, String> held,
            List<Long> waiting,
            long begun)
            throws Exception {
        var offer = WorkerOffer.newBuilder().setSlots(2);
        held.forEach((lease, action) ->
                offer.addHeld(HeldLease.newBuilder().setLease(lease).setAction(action)));
        call.write(AttendRequest.newBuilder()
                .setSequence(7)
                .setAnnouncement(Announcement.newBuilder()
                        .setWorker(worker)
                        .setOffer(offer)
                        .addAllWaiting(waiting)
                        .setBegun(begun))
                .build());
        return call.read();
    }

    private static AttendResponse renew(BlockingClientCall<AttendRequest, AttendResponse> call, long... leases)
            throws Exception {
        var renewal = Renewal.newBuilder();
        for (var lease : leases) {
            renewal.addLeases(lease);
        }
        call.write(AttendRequest.newBuilder().setRenewal(renewal).build());
        return call.read();
    }

    private static TakeRequest take(String worker, long number, int seconds) {
        return TakeRequest.newBuilder()
                .setWorker(worker)
                .setNumber(number)
                .setPatience(Duration.newBuilder().setSeconds(seconds))
                .build();
    }

    private static AppendRequest append(String worker, long lease) {
        return AppendRequest.newBuilder().setWorker(worker).setLease(lease).build();
    }

    private static FinishRequest finish(String worker, long lease) {
        return FinishRequest.newBuilder()
                .setWorker(worker)
                .setLease(lease)
                .setOutcome(Outcomes.toProto(FAILED))
                .build();
    }

    @Test
    void announcementIsAnsweredWithTheLifeOfLeases() throws Exception {
        var answer = announce(stub().attend(), "w", Map.of(), List.of());

        assertThat(answer.getSequence()).isEqualTo(7);
        assertThat(answer.getLeaseTtl().getSeconds()).isEqualTo(ScriptedFarm.TTL.toSeconds());
        assertThat(farm.offers()).extracting(Offer::slots).containsExactly(2);
        assertThat(farm.attendance()).containsExactly("+w1");
    }

    @Test
    void streamThatEndsIsADisconnection() throws Exception {
        attend("w").cancel("Cut", null);

        farm.await(() -> farm.attendance().equals(List.of("+w1", "-w1")));
    }

    @Test
    void goodbyeIsAnsweredAndIsADisconnection() throws Exception {
        var call = attend("w");
        call.halfClose();

        assertThat(call.read()).isNull();
        farm.await(() -> farm.attendance().equals(List.of("+w1", "-w1")));
    }

    @Test
    void laterStreamOfAWorkerEndsTheEarlierOne() throws Exception {
        var earlier = attend("w");
        attend("w");

        GrpcTest.assertFails(Status.Code.ABORTED, earlier::read);
        farm.await(() -> farm.attendance().equals(List.of("+w1", "+w2", "-w1")));
        assertThat(stub().take(take("w", 1, 0)).hasLease()).isFalse();
    }

    @Test
    void whoDoesNotAttendIsToldToComeBack() {
        GrpcTest.assertFails(Status.Code.UNAVAILABLE, () -> stub().take(take("w", 1, 0)));
        GrpcTest.assertFails(Status.Code.UNAVAILABLE, () -> stub().append(append("w", 1)));
        GrpcTest.assertFails(Status.Code.UNAVAILABLE, () -> stub().finish(finish("w", 1)));
    }

    @Test
    void firstMessageIsAnAnnouncement() {
        GrpcTest.assertFails(Status.Code.INVALID_ARGUMENT, () -> renew(stub().attend(), 1));
        assertThat(farm.attendance()).isEmpty();
    }

    @Test
    void leaseOfAnotherIsGone() throws Exception {
        farm.offer(1, ACTION);
        attend("owner");
        var thief = attend("thief");
        assertThat(stub().take(take("owner", 1, 5)).getLease().getLease()).isEqualTo(1);

        GrpcTest.assertFails(Status.Code.NOT_FOUND, () -> stub().append(append("thief", 1)));
        GrpcTest.assertFails(Status.Code.NOT_FOUND, () -> stub().finish(finish("thief", 1)));
        assertThat(renew(thief, 1).getGoneList()).containsExactly(1L);
        assertThat(announce(thief, "thief", Map.of(1L, "a"), List.of()).getGoneList())
                .containsExactly(1L);
        assertThat(farm.offers().getLast().held()).isEmpty();
        assertThat(stub().append(append("owner", 1)).getSizeBytes()).isZero();
    }

    @Test
    void finishedLeaseIsGone() throws Exception {
        farm.offer(1, ACTION);
        attend("w");
        var _ = stub().take(take("w", 1, 5));
        var _ = stub().finish(finish("w", 1));

        assertThat(farm.outcomes(new LeaseId(1))).containsExactly(FAILED);
        GrpcTest.assertFails(Status.Code.NOT_FOUND, () -> stub().finish(finish("w", 1)));
    }

    @Test
    void leaseThatIsOnItsWayIsNotVoid() throws Exception {
        farm.offer(1, ACTION);
        var call = attend("w");
        var _ = stub().take(take("w", 9, 5));

        announce(call, "w", Map.of(), List.of(9L));
        assertThat(farm.offers().getLast().held()).containsExactly(Map.entry(new LeaseId(1), ACTION.toString()));
        announce(call, "w", Map.of(), List.of());
        assertThat(farm.offers().getLast().held()).isEmpty();
        GrpcTest.assertFails(Status.Code.NOT_FOUND, () -> stub().append(append("w", 1)));
    }

    @Test
    void leaseOfACallThatHasOvertakenTheAnnouncementIsNotVoid() throws Exception {
        farm.offer(1, ACTION);
        var call = attend("w");
        var _ = stub().take(take("w", 9, 5));

        announce(call, "w", Map.of(), List.of(), 8);
        assertThat(farm.offers().getLast().held()).containsExactly(Map.entry(new LeaseId(1), ACTION.toString()));
        assertThat(stub().append(append("w", 1)).getSizeBytes()).isZero();
    }

    @Test
    void leaseThatNeverArrivedIsGivenBack() throws Exception {
        farm.offer(1, ACTION);
        var call = attend("w");
        var _ = stub().take(take("w", 9, 5));

        announce(call, "w", Map.of(), List.of(), 9);
        assertThat(farm.outcomes(new LeaseId(1)))
                .singleElement()
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        outcome -> assertThat(outcome.fault()).isEqualTo(Fault.WORKER_SHUTDOWN));
    }

    @Test
    void leaseThatTheWorkerHasLetGoOfIsNotGivenBack() throws Exception {
        farm.offer(1, ACTION);
        var call = attend("w");
        var _ = stub().take(take("w", 9, 5));
        renew(call, 1);

        announce(call, "w", Map.of(), List.of());
        assertThat(farm.offers().getLast().held()).isEmpty();
        assertThat(farm.outcomes(new LeaseId(1))).isEmpty();
    }

    @Test
    void leasesOfAnEarlierFarmAreTheWorkersThatHoldsThem() throws Exception {
        announce(stub().attend(), "w", Map.of(5L, "a"), List.of());

        assertThat(stub().append(append("w", 5)).getSizeBytes()).isZero();
    }

    @Test
    void takenBackLeaseIsToldAtTheNextRenewal() throws Exception {
        farm.offer(1, ACTION);
        var call = attend("w");
        var _ = stub().take(take("w", 1, 5));
        assertThat(renew(call, 1).getGoneList()).isEmpty();
        farm.revoke(new LeaseId(1));

        assertThat(renew(call, 1).getGoneList()).containsExactly(1L);
    }

    @Test
    void takenBackLeaseMayBeToldAtOnce() throws Exception {
        var call = attend("w");
        service.tellGone(new WorkerId("w"), Set.of(new LeaseId(3)));
        service.tellGone(new WorkerId("unknown"), Set.of(new LeaseId(3)));

        var told = call.read();
        assertThat(told.getSequence()).isZero();
        assertThat(told.getGoneList()).containsExactly(3L);
    }

    @Test
    void cancelledTakeStopsWaiting() throws Exception {
        attend("w");
        var context = Context.current().withCancellation();
        var threads = resources.add(Executors.newVirtualThreadPerTaskExecutor());
        var taken = threads.submit(context.wrap(() -> stub().take(take("w", 1, 60))));
        farm.await(() -> farm.waiting() == 1);

        context.cancel(null);
        farm.await(() -> farm.waiting() == 0);
        assertThat(taken).failsWithin(java.time.Duration.ofSeconds(30));
        farm.offer(1, ACTION);
        assertThat(stub().take(take("w", 2, 5)).hasLease()).isTrue();
    }

    @Test
    void leaseForSomebodyWhoHasLeftIsGivenBack() throws Exception {
        var call = attend("w");
        var threads = resources.add(Executors.newVirtualThreadPerTaskExecutor());
        var taken = threads.submit(() -> stub().take(take("w", 1, 60)));
        farm.await(() -> farm.waiting() == 1);
        call.cancel("Cut", null);
        farm.await(() -> farm.attendance().contains("-w1"));

        farm.offer(1, ACTION);
        farm.await(() -> !farm.outcomes(new LeaseId(1)).isEmpty());
        assertThat(farm.outcomes(new LeaseId(1)))
                .singleElement()
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        outcome -> assertThat(outcome.fault()).isEqualTo(Fault.WORKER_SHUTDOWN));
        assertThat(taken)
                .failsWithin(java.time.Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(StatusException.class);
    }

    @Test
    void endIsNotTakenBeforeTheLogIsThere() throws Exception {
        farm.offer(1, ACTION);
        attend("w");
        var _ = stub().take(take("w", 1, 5));
        var early = finish("w", 1).toBuilder().setLogBytes(10).build();

        GrpcTest.assertFails(Status.Code.UNAVAILABLE, () -> stub().finish(early));
        assertThat(farm.outcomes(new LeaseId(1))).isEmpty();
    }

    @Test
    void whoHasProvenToBeAWorkerIsThatOne() throws Exception {
        caller = Optional.of(new Identity("proven", Role.WORKER));
        attend("claimed");

        assertThat(farm.attendance()).containsExactly("+proven1");
    }

    @Test
    void whoIsNoWorkerGetsNoWork() {
        caller = Optional.of(new Identity("root", Role.ADMIN));

        GrpcTest.assertFails(Status.Code.PERMISSION_DENIED, () -> stub().take(take("w", 1, 0)));
        GrpcTest.assertFails(Status.Code.PERMISSION_DENIED, () -> attend("w"));
    }

    @Test
    void nonsenseIsRefused() throws Exception {
        attend("w");
        farm.offer(1, ACTION);
        var _ = stub().take(take("w", 1, 5));
        var nothing = FinishRequest.newBuilder().setWorker("w").setLease(1).build();
        var escaping = Outcomes.toProto(new Outcome.Completed(
                ActionResult.newBuilder()
                        .addOutputFiles(OutputFile.newBuilder().setPath("../x").setDigest(GrpcTest.proto(ACTION)))
                        .build(),
                false,
                List.of()));

        GrpcTest.assertFails(Status.Code.INVALID_ARGUMENT, () -> stub().finish(nothing));
        GrpcTest.assertFails(
                Status.Code.INVALID_ARGUMENT,
                () -> stub().finish(nothing.toBuilder().setOutcome(escaping).build()));
        GrpcTest.assertFails(Status.Code.INVALID_ARGUMENT, () -> stub().take(take("no name", 1, 0)));
        assertThat(farm.outcomes(new LeaseId(1))).isEmpty();
    }
}
