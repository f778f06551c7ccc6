// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Keeps a worker a member of its farm: says what it is, anew whenever that changes or the farm may have
/// forgotten; renews its leases, and ends the work on those that are gone. When the farm has not answered for as
/// long as leases last, and a little longer, it ends all work: others are at it by then.
///
/// [#start], [#nudge], [#distrust], [#awaitJoined] and [#close] may be called by anybody; all else happens on one
/// thread.
final class Heart implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Heart.class.getName());

    /// How much longer than a lease work goes on that nobody can be told of.
    private static final Duration GRACE = Duration.ofSeconds(5);

    /// So many beats fit into the life of a lease.
    private static final int BEATS = 3;

    /// What a beat may take when the worker closes.
    private static final Duration LAST_BEAT = Duration.ofSeconds(1);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private final WorkSource source;
    private final Self self;
    private final Map<LeaseId, ? extends HeldWork> held;
    private final InstantSource clock;
    private final Backoff backoff;
    private final CountDownLatch joined = new CountDownLatch(1);
    private final Thread thread;

    private Optional<Offer> announced = Optional.empty();
    private Duration ttl = Duration.ZERO;
    private Instant renewed;
    private boolean silent;

    @GuardedBy("this")
    private boolean nudged;

    @GuardedBy("this")
    private boolean distrusted;

    @GuardedBy("this")
    private boolean closed;

    /// Who the worker is.
    ///
    /// @param offer what it says of itself at present; the leases that it holds are added
    /// @param heartbeat how long to wait between beats, at the most
    record Self(WorkerId id, Supplier<Offer> offer, Duration heartbeat) {}

    /// @param held the work that is going on
    /// @param clock does not jump
    Heart(WorkSource source, Self self, Map<LeaseId, ? extends HeldWork> held, InstantSource clock) {
        this.source = source;
        this.self = self;
        this.held = held;
        this.clock = clock;
        this.renewed = clock.instant();
        this.backoff = new Backoff(FIRST_PAUSE, longestPause(self.heartbeat()));
        this.thread = Thread.ofVirtual().name("worker-heart").unstarted(this::run);
    }

    private static Duration longestPause(Duration heartbeat) {
        var second = Duration.ofSeconds(1);
        return heartbeat.compareTo(second) < 0 ? heartbeat : second;
    }

    void start() {
        thread.start();
    }

    /// Has the heart beat at once.
    synchronized void nudge() {
        nudged = true;
        notifyAll();
    }

    /// Has the heart announce the worker anew, at once: the farm seems to have forgotten it.
    synchronized void distrust() {
        distrusted = true;
        nudge();
    }

    /// Waits until the farm knows the worker.
    void awaitJoined() throws InterruptedException {
        joined.await();
    }

    private void run() {
        try {
            do {
                rest(beat());
            } while (!isClosed());
        } catch (InterruptedException _) {
            // close() ran out of patience.
        }
    }

    private synchronized void rest(Duration pause) throws InterruptedException {
        var end = System.nanoTime() + pause.toNanos();
        var left = pause.toMillis();
        while (!nudged && !closed && left > 0) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
        nudged = false;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /// Beats once. Returns how long to wait until the next time.
    Duration beat() {
        try {
            announce();
            renew();
            heard();
            catchUp();
            return pause();
        } catch (RuntimeException e) {
            heardNothing(e);
            return backoff.pause();
        }
    }

    private void announce() {
        var offer = self.offer().get();
        if (takeDistrust() || !announced.equals(Optional.of(offer))) {
            announced = Optional.empty();
            ttl = source.announce(self.id(), offer.holding(keys()));
            announced = Optional.of(offer);
            joined.countDown();
        }
    }

    private synchronized boolean takeDistrust() {
        var was = distrusted;
        distrusted = false;
        return was;
    }

    private Map<LeaseId, String> keys() {
        return held.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue().key()));
    }

    private void renew() {
        // The leases last from some moment on that is not before this one.
        var now = clock.instant();
        for (var lost : source.renew(self.id(), Map.copyOf(held).keySet())) {
            var work = held.get(lost);
            if (work != null) {
                work.cancel("the lease was taken back", Fault.WORKER_LOST);
            }
        }
        renewed = now;
    }

    /// Where the way is blocked for one, it is for all.
    private void catchUp() {
        for (var work : held.values()) {
            if (!work.catchUp()) {
                return;
            }
        }
    }

    private void heard() {
        backoff.reset();
        if (silent) {
            silent = false;
            LOG.log(Level.INFO, "The farm answers worker `{0}` again", self.id());
        }
    }

    private void heardNothing(RuntimeException e) {
        announced = Optional.empty();
        if (!silent) {
            silent = true;
            LOG.log(Level.WARNING, "The farm does not answer worker `%s`".formatted(self.id()), e);
        }
        if (e instanceof SteadingException said && said.failure() instanceof Failure.Denied) {
            held.values().forEach(work -> work.cancel("the farm lets this worker in no more", Fault.WORKER_LOST));
            return;
        }
        // A worker that has never been heard holds nothing.
        if (!ttl.isZero() && !clock.instant().isBefore(renewed.plus(ttl).plus(GRACE))) {
            held.values().forEach(work -> work.cancel("the farm did not answer for too long", Fault.WORKER_LOST));
        }
    }

    private Duration pause() {
        var often = ttl.dividedBy(BEATS);
        return often.isZero() || self.heartbeat().compareTo(often) < 0 ? self.heartbeat() : often;
    }

    /// Ends the beating. Leases lapse from now on.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(LAST_BEAT)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
