// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.api.v1.Announcement;
import build.steading.api.v1.AttendRequest;
import build.steading.api.v1.AttendResponse;
import build.steading.api.v1.Renewal;
import build.steading.api.v1.WorkerGrpc;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import build.steading.wire.Offers;
import build.steading.wire.Times;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ConnectivityState;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Keeps a worker present at a farm: connects, announces, and does both again whenever the connection breaks, for
/// as long as it takes.
///
/// Thread-safe: one lock guards the state. Messages are put together and sent while it is held, which does not
/// block, so that a farm never hears an older offer after a newer one.
final class Membership implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Membership.class.getName());

    /// A farm that is silent for so long is taken for unreachable.
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

    private static final Duration ANNOUNCE_PATIENCE = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /// So long a server that is started anew is away: whoever works for it tries more often.
    private static final Duration BRISK = Duration.ofSeconds(10);

    private static final Duration LONGEST_BRISK_PAUSE = Duration.ofMillis(150);

    /// A connection that has held for so long was none that failed.
    private static final Duration GOOD = Duration.ofSeconds(5);

    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final Connection connection;
    private final HeldLeases held;
    private final Listener listener;
    private final Thread thread;

    @GuardedBy("this")
    private @Nullable Self self;

    @GuardedBy("this")
    private @Nullable AttendCall present;

    @GuardedBy("this")
    private Failure absence = new Failure.Unavailable("The worker is not connected yet");

    /// How many connections were begun without success, or have ended.
    @GuardedBy("this")
    private long failures;

    @GuardedBy("this")
    private Duration ttl = Duration.ZERO;

    @GuardedBy("this")
    private long announced;

    @GuardedBy("this")
    private boolean closed;

    /// What the worker said of itself last.
    ///
    /// @param version counts how often it did
    private record Self(WorkerId worker, Offer offer, long version) {}

    /// Hears of the connection, from threads that must not block.
    interface Listener {
        /// The worker is present, and the farm knows what it holds; or the farm has something to tell.
        void news();

        void disconnected();

        /// Returns which calls wait for work.
        Takes.Standing takes();
    }

    Membership(Connection connection, HeldLeases held, Listener listener) {
        this.connection = connection;
        this.held = held;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("attend").unstarted(this::attend);
    }

    /// Has the farm hear what the worker is, now and after every break of the connection.
    ///
    /// @return how long leases last
    /// @throws SteadingException with what the farm said, or `Unavailable` if it cannot be reached for now
    Duration announce(WorkerId worker, Offer offer) {
        var end = System.nanoTime() + ANNOUNCE_PATIENCE.toNanos();
        var version = become(worker, offer);
        try {
            var call = await(end);
            synchronized (this) {
                if (announced >= version) {
                    return ttl;
                }
            }
            return tell(call);
        } catch (InterruptedException _) {
            throw Connection.interrupted();
        }
    }

    private synchronized long become(WorkerId worker, Offer offer) {
        var version = self == null ? 1 : self.version + 1;
        self = new Self(worker, offer, version);
        if (version == 1 && !closed) {
            thread.start();
        }
        return version;
    }

    /// Waits for a connection, but for no longer than the next attempt at one takes.
    private synchronized AttendCall await(long end) throws InterruptedException {
        var before = failures;
        var left = millisUntil(end);
        while (present == null && failures == before && !closed && left > 0) {
            wait(left);
            left = millisUntil(end);
        }
        return require();
    }

    private static long millisUntil(long end) {
        return (end - System.nanoTime()) / 1_000_000;
    }

    /// Returns the stream by which the worker is present.
    ///
    /// @throws SteadingException with `Unavailable`, or what the farm said, if it is not
    @GuardedBy("this")
    private AttendCall require() {
        if (present == null) {
            throw new SteadingException(absence);
        }
        return present;
    }

    /// Returns who is present.
    ///
    /// @throws SteadingException with `Denied` if the farm lets the worker in no more, `Unavailable` if nobody is
    ///     present for another reason
    synchronized WorkerId requirePresent() {
        if (present == null || self == null) {
            throw new SteadingException(
                    absence instanceof Failure.Denied ? absence : new Failure.Unavailable(absence.message()));
        }
        return self.worker;
    }

    /// Waits until the worker is present.
    ///
    /// @param end as [System#nanoTime]
    /// @return false if it is not by then
    synchronized boolean awaitPresence(long end) throws InterruptedException {
        var left = millisUntil(end);
        while (present == null && !closed && left > 0) {
            wait(left);
            left = millisUntil(end);
        }
        return present != null;
    }

    private Duration tell(AttendCall call) throws InterruptedException {
        Future<AttendResponse> answer;
        long version;
        synchronized (this) {
            var now = self;
            if (now == null) {
                throw new IllegalStateException("Nobody to announce");
            }
            version = now.version;
            // Before the leases: a call that has ended meanwhile has brought what it brought.
            var takes = listener.takes();
            answer = call.send(AttendRequest.newBuilder()
                    .setAnnouncement(Announcement.newBuilder()
                            .setWorker(now.worker.name())
                            .setOffer(Offers.toProto(now.offer.holding(held.all())))
                            .addAllWaiting(takes.waiting())
                            .setBegun(takes.begun())));
        }
        var told = await(call, answer);
        held.noteGone(leases(told));
        synchronized (this) {
            announced = Math.max(announced, version);
            ttl = Times.fromProto(told.getLeaseTtl());
            return ttl;
        }
    }

    /// Renews leases. Returns those that are gone.
    ///
    /// @throws SteadingException with `Unavailable` if the farm does not answer
    Set<LeaseId> renew(Set<LeaseId> named) {
        AttendCall call;
        synchronized (this) {
            call = require();
        }
        var renewal = Renewal.newBuilder();
        named.forEach(lease -> renewal.addLeases(lease.value()));
        try {
            return leases(await(call, call.send(AttendRequest.newBuilder().setRenewal(renewal))));
        } catch (InterruptedException _) {
            throw Connection.interrupted();
        }
    }

    private AttendResponse await(AttendCall call, Future<AttendResponse> answer) throws InterruptedException {
        try {
            return AttendCall.await(answer, ANSWER_PATIENCE);
        } catch (TimeoutException e) {
            call.close();
            // Whatever swallows our messages: the next attempt shall be by another connection.
            connection.channel().enterIdle();
            throw SteadingException.unavailable("The farm does not answer", e);
        }
    }

    private static Set<LeaseId> leases(AttendResponse response) {
        return response.getGoneList().stream().map(LeaseId::new).collect(Collectors.toSet());
    }

    private void attend() {
        var brisk = new Backoff(FIRST_PAUSE, LONGEST_BRISK_PAUSE);
        var patient = new Backoff(LONGEST_BRISK_PAUSE, LONGEST_PAUSE);
        var lastGood = System.nanoTime();
        try {
            while (!isClosed()) {
                var begun = System.nanoTime();
                attendOnce();
                var now = System.nanoTime();
                if (now - begun > GOOD.toNanos()) {
                    brisk.reset();
                    patient.reset();
                    lastGood = now;
                }
                Thread.sleep((now - lastGood < BRISK.toNanos() ? brisk : patient).pause());
                connectAnew();
            }
        } catch (InterruptedException _) {
            // close() wants this to end.
        }
    }

    /// The channel has a pace of its own, by which it tries less and less often. From idleness it tries at once.
    private void connectAnew() {
        if (connection.channel().getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            connection.channel().enterIdle();
        }
    }

    private void attendOnce() throws InterruptedException {
        var stub = connection.prepare(WorkerGrpc.newStub(connection.channel()));
        try (var call = AttendCall.open(stub, this::hear)) {
            tell(call);
            arrived(call);
            listener.news();
            lost(call.awaitEnd());
        } catch (SteadingException e) {
            lost(e.failure());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The connection to the farm met a bug", e);
            lost(new Failure.Unavailable("The worker failed: " + e));
        }
        listener.disconnected();
    }

    private void hear(AttendResponse unasked) {
        held.noteGone(leases(unasked));
        listener.news();
    }

    private synchronized void arrived(AttendCall call) {
        if (failures > 0) {
            LOG.log(Level.INFO, "The farm answers");
        }
        failures = 0;
        present = call;
        notifyAll();
    }

    private synchronized void lost(Failure why) {
        if (failures == 0 && !closed) {
            LOG.log(Level.WARNING, "The farm cannot be reached: {0}", why.message());
        }
        failures++;
        present = null;
        absence = why;
        notifyAll();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /// Leaves for good: the farm takes back at once what the worker still holds.
    @Override
    public void close() {
        AttendCall call;
        synchronized (this) {
            closed = true;
            call = present;
            notifyAll();
        }
        try {
            if (call != null) {
                call.leave(GOODBYE);
            }
            thread.interrupt();
            if (thread.getState() != Thread.State.NEW) {
                thread.join();
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
