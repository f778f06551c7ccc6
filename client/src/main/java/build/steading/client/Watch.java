// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.api.v1.BuildEvent;
import build.steading.api.v1.BuildNews;
import build.steading.api.v1.BuildsGrpc;
import build.steading.api.v1.ObserveRequest;
import build.steading.build.BuildId;
import build.steading.build.BuildMessages;
import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.BuildState;
import build.steading.build.Following;
import build.steading.build.RequestRecord;
import build.steading.build.TaskState;
import build.steading.lifecycle.Backoff;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Watches a build on a distant server until it has ended, however often the connection breaks or the server is
/// started anew, and delivers artifacts that it owes.
///
/// What is told is read by one thread at a time: that of whoever began to watch, until the first state is known,
/// and then one of its own.
final class Watch implements Following {
    private static final System.Logger LOG = System.getLogger(Watch.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private static final Status CUT = Status.newBuilder()
            .setCode(Code.UNAVAILABLE_VALUE)
            .setMessage("The server ended the news of a build before the build")
            .build();

    private final Connection connection;
    private final Target target;
    private final Outbox outbox;
    private final Deliveries deliveries;
    private final Sightings seen = new Sightings();
    private final List<RequestRecord> owed = new ArrayList<>();
    private volatile BuildObserver observer;
    private volatile boolean resuming;
    private boolean caughtUp;
    private volatile boolean over;

    @GuardedBy("this")
    private @Nullable BlockingClientCall<?, BuildNews> call;

    @GuardedBy("this")
    private boolean closed;

    /// What is watched, and how.
    ///
    /// @param task whose output is wanted, from its beginning; empty for that of all tasks, from now on
    /// @param duty whether the watch goes on when nobody looks, as it owes a delivery
    record Target(BuildId build, String task, boolean duty) {}

    /// @param deliveries where artifacts go that are in `outbox`
    Watch(Connection connection, Target target, Outbox outbox, Deliveries deliveries, BuildObserver observer) {
        this.connection = connection;
        this.target = target;
        this.outbox = outbox;
        this.deliveries = deliveries;
        this.observer = observer;
        this.resuming = !target.task().isEmpty();
    }

    /// Goes on with a call of which everything was read up to now.
    ///
    /// @param known what is known of the build until the server tells more
    synchronized Watch with(BlockingClientCall<?, BuildNews> open, BuildRecord known) {
        call = open;
        // Whatever call comes next makes up for what this one did not tell.
        resuming = true;
        seen.see(known);
        return this;
    }

    /// Gives the call up: everything is wanted that the tasks have printed, and it may have missed some.
    Watch fromStart() {
        drop();
        return this;
    }

    /// Reads on the present thread until the server has told what it knows now. The first call is made again as
    /// [Connection#retrying] does.
    ///
    /// @throws build.steading.failure.SteadingException with `NotFound` if there is no such build
    void begin() {
        var _ = connection.retrying(() -> {
            drop();
            var open = open();
            while (!over && !caughtUp) {
                var news = connection.readSoon(open);
                if (news == null) {
                    return false;
                }
                take(news);
            }
            return true;
        });
    }

    /// Reads until the build has ended.
    void run() {
        try {
            var backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
            while (!over && !isClosed()) {
                var status = listen(backoff);
                if (over || isClosed()) {
                    return;
                }
                drop();
                if (!mayPass(status)) {
                    giveUp(status);
                    return;
                }
                LOG.log(Level.INFO, "Build {0} is watched anew: {1}", target.build(), status.getMessage());
                Thread.sleep(backoff.pause());
                // The channel has a patience of its own, which grows longer than ours.
                connection.channel().resetConnectBackoff();
            }
        } catch (InterruptedException _) {
            // The process is ending. What is owed is in the outbox, for the next one.
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The watch over build " + target.build() + " failed", e);
        } finally {
            over = true;
            drop();
        }
    }

    /// Listens to one stream, and returns why it ended.
    private Status listen(Backoff backoff) throws InterruptedException {
        try {
            var open = open();
            for (var news = open.read(); news != null; news = open.read()) {
                backoff.reset();
                take(news);
                if (over) {
                    break;
                }
            }
            return CUT;
        } catch (StatusException e) {
            return Failures.status(e);
        }
    }

    private BlockingClientCall<?, BuildNews> open() {
        synchronized (this) {
            if (call != null) {
                return call;
            }
        }
        var request =
                ObserveRequest.newBuilder().setBuild(target.build().value()).setTask(target.task());
        if (resuming) {
            request.setSeen(seen.toProto());
        }
        var opened = connection
                .prepare(BuildsGrpc.newBlockingV2Stub(connection.channel()))
                .observe(request.build());
        synchronized (this) {
            call = opened;
            if (closed) {
                opened.cancel("Nobody watches any more", null);
            }
        }
        return opened;
    }

    private void drop() {
        synchronized (this) {
            if (call != null) {
                call.cancel("Nobody listens any more", null);
                call = null;
            }
        }
    }

    /// Returns whether another call may end better. A server that is being stopped also cancels calls.
    private static boolean mayPass(Status status) {
        return Failures.retryable(status) || Failures.code(status) == Code.CANCELLED;
    }

    private void take(BuildNews news) throws InterruptedException {
        for (var event : news.getEventsList()) {
            take(event);
        }
        // From now on, a new call is to go on where this one ended.
        resuming = true;
    }

    private void take(BuildEvent event) throws InterruptedException {
        switch (event.getEventCase()) {
            case REQUEST -> request(BuildMessages.fromProto(event.getRequest()));
            case BUILD -> {
                var build = BuildMessages.fromProto(event.getBuild());
                seen.see(build);
                observer.build(build);
                noteEndOfTask();
            }
            case TASK -> {
                var task = BuildMessages.fromProto(event.getTask());
                seen.see(task);
                observer.task(task);
                noteEndOfTask();
            }
            case OUTPUT -> seen.see(event.getOutput(), observer::output);
            case CAUGHT_UP -> caughtUp = true;
            case ENDED -> end(BuildMessages.fromProto(event.getEnded()));
            case EVENT_NOT_SET -> {}
        }
    }

    /// Whoever follows one task has seen enough when it has ended.
    private void noteEndOfTask() {
        if (seen.task(target.task()).filter(task -> task.state().isFinal()).isPresent()) {
            over = true;
        }
    }

    /// An answer is passed on when the artifacts are in place.
    private void request(RequestRecord request) {
        var parcel = outbox.find(request.id());
        if (parcel.isEmpty()) {
            observer.request(request);
            return;
        }
        owed.removeIf(earlier -> earlier.id() == request.id());
        owed.add(request);
        if (request.state() != RequestRecord.State.ANSWERED) {
            observer.request(parcel.get().on(request));
        }
    }

    private void end(BuildRecord last) throws InterruptedException {
        seen.see(last);
        for (var request : owed) {
            var parcel = outbox.find(request.id());
            if (parcel.isPresent()) {
                observer.request(deliveries.settle(parcel.get(), request, last));
            }
        }
        over = true;
        observer.ended(last);
    }

    /// Nobody can tell how the build ends: whoever watches is told that. What is owed stays in the outbox, unless
    /// the server knows nothing of the build.
    private void giveUp(Status status) {
        var note = "It cannot be watched any more: " + Failures.of(status).message();
        over = true;
        if (Failures.code(status) == Code.NOT_FOUND) {
            outbox.open().stream()
                    .filter(parcel -> parcel.build().equals(target.build()))
                    .forEach(parcel -> outbox.settle(parcel, RequestRecord.State.UNDELIVERED, note));
        }
        seen.build()
                .map(known -> new BuildRecord(
                        known.id(),
                        known.spec(),
                        BuildState.INFRA_ERROR,
                        note,
                        known.created(),
                        known.started(),
                        Optional.of(Instant.now()),
                        Optional.empty(),
                        known.tasks()))
                .ifPresent(observer::ended);
    }

    /// Returns whether the task that is followed runs, or something of its output was told.
    boolean hasBegun() {
        return seen.hasOutput(target.task())
                || seen.task(target.task())
                        .filter(task -> task.state() == TaskState.RUNNING)
                        .isPresent();
    }

    @Override
    public boolean ended() {
        return over;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        observer = BuildObserver.NONE;
        if (target.duty()) {
            return;
        }
        synchronized (this) {
            closed = true;
        }
        drop();
    }
}
