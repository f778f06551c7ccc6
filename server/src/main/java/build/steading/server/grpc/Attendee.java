// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.api.v1.Announcement;
import build.steading.api.v1.AttendRequest;
import build.steading.api.v1.AttendResponse;
import build.steading.execute.Attendance;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import build.steading.wire.Offers;
import build.steading.wire.Times;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// One worker's presence: what it says on its stream, until the stream ends.
///
/// What the worker says comes from gRPC, one thing at a time. [#tell] and [#supersede] may be called by anybody.
final class Attendee implements StreamObserver<AttendRequest> {
    private static final Failure NEVER_ARRIVED = new Failure.Unavailable("The lease never reached its worker");

    private final WorkSource work;
    private final Attendance attendance;
    private final Roll roll;
    private final Stage stage;
    private final ServerCallStreamObserver<AttendResponse> response;

    private Optional<Seat> seat = Optional.empty();

    @GuardedBy("this")
    private boolean over;

    /// Who this is, and by which connection.
    record Seat(WorkerId worker, long connection) {}

    /// Where attendees are known to others.
    interface Stage {
        /// Returns who a worker is that calls itself `name`.
        WorkerId identify(String name);

        void entered(Attendee attendee, WorkerId worker);

        void left(Attendee attendee, WorkerId worker);
    }

    Attendee(
            WorkSource work,
            Attendance attendance,
            Roll roll,
            Stage stage,
            ServerCallStreamObserver<AttendResponse> response) {
        this.work = work;
        this.attendance = attendance;
        this.roll = roll;
        this.stage = stage;
        this.response = response;
        response.setOnCancelHandler(this::leave);
        response.setOnCloseHandler(this::leave);
    }

    @Override
    public void onNext(AttendRequest request) {
        var answer = switch (request.getSaysCase()) {
            case ANNOUNCEMENT -> announce(request.getAnnouncement());
            case RENEWAL -> renew(leases(request.getRenewal().getLeasesList()));
            case SAYS_NOT_SET -> throw SteadingException.invalid("A message that says nothing");
        };
        send(answer.setSequence(request.getSequence()).build());
    }

    private AttendResponse.Builder announce(Announcement message) {
        var offer = Offers.fromProto(message.getOffer());
        var here = enter(message.getWorker());
        var calls = new Roll.Calls(message.getBegun(), new HashSet<>(message.getWaitingList()));
        var reckoning = roll.announce(here.worker(), offer.held(), calls);
        reckoning.lost().forEach(this::giveBack);
        var ttl = work.announce(here.worker(), offer.holding(reckoning.held()));
        roll.announced(here.worker(), here.connection());
        return AttendResponse.newBuilder().setLeaseTtl(Times.toProto(ttl)).addAllGone(numbers(reckoning.gone()));
    }

    /// Nobody has begun to work on it, nor will.
    private void giveBack(LeaseId lease) {
        try {
            work.finish(lease, new Outcome.NotRun(NEVER_ARRIVED, Fault.WORKER_SHUTDOWN));
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.NotFound)) {
                throw e;
            }
            // The farm has taken it back already.
        }
    }

    private Seat enter(String name) {
        var worker = stage.identify(name);
        if (seat.isPresent()) {
            if (!seat.get().worker().equals(worker)) {
                throw SteadingException.invalid(
                        "Worker `%s` calls itself `%s` now", seat.get().worker(), worker);
            }
            return seat.get();
        }
        var taken = new Seat(worker, roll.enter(worker));
        seat = Optional.of(taken);
        // In this order, a worker that has connected once more is never without a connection.
        attendance.connected(worker, taken.connection());
        stage.entered(this, worker);
        return taken;
    }

    private AttendResponse.Builder renew(Set<LeaseId> named) {
        var worker = seat.map(Seat::worker)
                .orElseThrow(() -> SteadingException.invalid("A worker announces itself before anything else"));
        var own = roll.renew(worker, named);
        var gone = new HashSet<>(named);
        gone.removeAll(own);
        var takenBack = work.renew(worker, own);
        takenBack.forEach(roll::forget);
        gone.addAll(takenBack);
        return AttendResponse.newBuilder().addAllGone(numbers(gone));
    }

    /// Tells the worker, unasked, that leases are gone.
    void tell(Set<LeaseId> gone) {
        send(AttendResponse.newBuilder().addAllGone(numbers(gone)).build());
    }

    /// Ends the stream, as the same worker has opened another one.
    synchronized void supersede() {
        if (!over) {
            over = true;
            response.onError(Status.ABORTED
                    .withDescription("The worker has connected once more")
                    .asRuntimeException());
        }
    }

    /// The worker leaves for good: what it holds is lost.
    @Override
    public void onCompleted() {
        leave();
        synchronized (this) {
            if (!over) {
                over = true;
                response.onCompleted();
            }
        }
    }

    @Override
    public void onError(Throwable thrown) {
        leave();
    }

    private void leave() {
        var left = seat;
        seat = Optional.empty();
        left.ifPresent(was -> {
            roll.leave(was.worker(), was.connection());
            stage.left(this, was.worker());
            attendance.disconnected(was.worker(), was.connection());
        });
    }

    private synchronized void send(AttendResponse message) {
        if (over || response.isCancelled()) {
            return;
        }
        try {
            response.onNext(message);
        } catch (IllegalStateException _) {
            // The stream has just ended.
            over = true;
        }
    }

    private static Set<LeaseId> leases(Collection<Long> numbers) {
        return numbers.stream().map(LeaseId::new).collect(Collectors.toSet());
    }

    private static Set<Long> numbers(Collection<LeaseId> leases) {
        return leases.stream().map(LeaseId::value).collect(Collectors.toSet());
    }
}
