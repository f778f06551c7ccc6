// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.api.v1.AppendRequest;
import build.steading.api.v1.AppendResponse;
import build.steading.api.v1.AttendRequest;
import build.steading.api.v1.AttendResponse;
import build.steading.api.v1.FinishRequest;
import build.steading.api.v1.FinishResponse;
import build.steading.api.v1.TakeRequest;
import build.steading.api.v1.TakeResponse;
import build.steading.api.v1.WorkerGrpc;
import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.digest.Digests;
import build.steading.execute.Attendance;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import build.steading.wire.Leases;
import build.steading.wire.Outcomes;
import build.steading.wire.Times;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Speaks `Worker` for a [WorkSource]: who is connected, who owns which lease, and else only translation. What a
/// call throws, [FailureInterceptor] turns into a status.
public final class WorkerService extends WorkerGrpc.WorkerImplBase {
    private static final Duration LONGEST_TAKE = Duration.ofMinutes(1);

    private final WorkSource work;
    private final Attendance attendance;
    private final Provisions provisions;
    private final Supplier<Optional<Identity>> caller;
    private final Roll roll = new Roll();
    private final Map<WorkerId, Attendee> attendees = new ConcurrentHashMap<>();
    private final Attendee.Stage stage = new Attendees();

    /// @param attendance hears who is connected, before `work` hears of it
    /// @param provisions finds what goes along with leases
    /// @param caller who has proven to make the present call; where that is empty, workers are believed
    public WorkerService(
            WorkSource work, Attendance attendance, Provisions provisions, Supplier<Optional<Identity>> caller) {
        this.work = work;
        this.attendance = attendance;
        this.provisions = provisions;
        this.caller = caller;
    }

    /// Tells a worker at once, if it is connected, that leases are gone: else it hears of it when it next renews
    /// them.
    public void tellGone(WorkerId worker, Set<LeaseId> leases) {
        Optional.ofNullable(attendees.get(worker)).ifPresent(attendee -> attendee.tell(leases));
    }

    @Override
    public StreamObserver<AttendRequest> attend(StreamObserver<AttendResponse> response) {
        return new Attendee(work, attendance, roll, stage, (ServerCallStreamObserver<AttendResponse>) response);
    }

    @Override
    public void take(TakeRequest request, StreamObserver<TakeResponse> response) {
        var worker = identify(request.getWorker());
        var answer = TakeResponse.newBuilder();
        take(worker, request).ifPresent(lease -> {
            answer.setLease(Leases.toProto(lease));
            if (request.getKeepsBlobs()) {
                provisions
                        .of(worker, lease.action())
                        .forEach(blob -> answer.addBlobsBuilder()
                                .setDigest(Digests.toProto(blob.digest()))
                                .setData(blob.bytes()));
            }
        });
        response.onNext(answer.build());
        response.onCompleted();
    }

    private Optional<Lease> take(WorkerId worker, TakeRequest request) {
        var connection = roll.requireHere(worker);
        var asked = Times.fromProto(request.getPatience());
        var patience = asked.compareTo(LONGEST_TAKE) < 0 ? asked : LONGEST_TAKE;
        try (var client = GoneClient.interruptsMe()) {
            var lease = work.take(worker, patience);
            if (lease.isPresent()
                    && (client.isGone() || !roll.handOver(worker, connection, lease.get(), request.getNumber()))) {
                giveBack(worker, lease.get());
                throw new SteadingException(stoppedWaiting(worker));
            }
            return lease;
        } catch (InterruptedException _) {
            throw new SteadingException(stoppedWaiting(worker));
        }
    }

    private void giveBack(WorkerId worker, Lease lease) {
        work.finish(lease.id(), new Outcome.NotRun(stoppedWaiting(worker), Fault.WORKER_SHUTDOWN));
    }

    private static Failure stoppedWaiting(WorkerId worker) {
        return new Failure.Unavailable("Worker `%s` no longer waits for work".formatted(worker));
    }

    @Override
    public void append(AppendRequest request, StreamObserver<AppendResponse> response) {
        var lease = owned(request.getWorker(), request.getLease());
        var records = request.getRecords().toByteArray();
        var size = work.append(lease, request.getOffset(), records);
        response.onNext(AppendResponse.newBuilder().setSizeBytes(size).build());
        response.onCompleted();
    }

    @Override
    public void finish(FinishRequest request, StreamObserver<FinishResponse> response) {
        var lease = owned(request.getWorker(), request.getLease());
        var outcome = checked(Outcomes.fromProto(request.getOutcome()));
        requireLog(lease, request.getLogBytes());
        work.finish(lease, outcome);
        roll.forget(lease);
        response.onNext(FinishResponse.getDefaultInstance());
        response.onCompleted();
    }

    private LeaseId owned(String name, long number) {
        var lease = new LeaseId(number);
        roll.requireOwner(identify(name), lease);
        return lease;
    }

    /// A farm that was restarted since has lost what the worker believes to be there.
    private void requireLog(LeaseId lease, long bytes) {
        if (bytes > 0) {
            var size = work.append(lease, bytes, new byte[0]);
            if (size < bytes) {
                throw new SteadingException(
                        new Failure.Unavailable("Only %d of %d bytes of the log are here".formatted(size, bytes)));
            }
        }
    }

    private static Outcome checked(Outcome outcome) {
        outcome.made().ifPresent(Protos::checked);
        return outcome;
    }

    private WorkerId identify(String name) {
        var proven = caller.get();
        if (proven.isEmpty()) {
            if (!Identity.isName(name)) {
                throw SteadingException.invalid("No worker can be called `%s`", name);
            }
            return new WorkerId(name);
        }
        var identity = proven.get();
        if (!identity.role().includes(Role.WORKER)) {
            throw new SteadingException(
                    new Failure.Denied("`%s` is not a worker, and gets no work".formatted(identity.name())));
        }
        return new WorkerId(identity.name());
    }

    /// The streams by worker.
    private final class Attendees implements Attendee.Stage {
        @Override
        public WorkerId identify(String name) {
            return WorkerService.this.identify(name);
        }

        @Override
        public void entered(Attendee attendee, WorkerId worker) {
            provisions.forget(worker);
            var former = attendees.put(worker, attendee);
            if (former != null) {
                former.supersede();
            }
        }

        @Override
        public void left(Attendee attendee, WorkerId worker) {
            attendees.remove(worker, attendee);
        }
    }
}
