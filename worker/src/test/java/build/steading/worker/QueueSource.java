// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Hands out leases, and keeps what comes back.
public final class QueueSource implements WorkSource {
    private final Queue<Error> errors = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Lease> queue = new LinkedBlockingQueue<>();
    private final Map<LeaseId, BlockingQueue<Outcome>> outcomes = new ConcurrentHashMap<>();
    private final Map<LeaseId, ByteArrayOutputStream> logs = new ConcurrentHashMap<>();
    private final Set<LeaseId> revoked = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Integer> announcedSlots = new LinkedBlockingQueue<>();
    private final BlockingQueue<Offer> offers = new LinkedBlockingQueue<>();

    /// Has whoever asks for work next meet an error of the virtual machine.
    void fail(Error error) {
        errors.add(error);
    }

    void offer(Lease lease) {
        outcomes.put(lease.id(), new LinkedBlockingQueue<>());
        logs.put(lease.id(), new ByteArrayOutputStream());
        queue.add(lease);
    }

    void revoke(LeaseId lease) {
        revoked.add(lease);
    }

    Outcome outcome(LeaseId lease) throws InterruptedException {
        var outcome = outcomes.get(lease).poll(60, TimeUnit.SECONDS);
        if (outcome == null) {
            throw new AssertionError("No outcome of lease " + lease);
        }
        return outcome;
    }

    int announcedSlots() throws InterruptedException {
        return announcedSlots.take();
    }

    /// Waits for an announcement that says what is wanted.
    Offer awaitOffer(Predicate<Offer> wanted) throws InterruptedException {
        while (true) {
            var offer = offers.poll(30, TimeUnit.SECONDS);
            if (offer == null) {
                throw new AssertionError("No such offer");
            }
            if (wanted.test(offer)) {
                return offer;
            }
        }
    }

    /// Returns how many leases nobody has taken.
    int waiting() {
        return queue.size();
    }

    byte[] log(LeaseId lease) {
        synchronized (logs) {
            return logs.get(lease).toByteArray();
        }
    }

    /// Waits until the command has printed `text`.
    void awaitPrinted(LeaseId lease, String text) throws InterruptedException {
        synchronized (logs) {
            var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!text(log(lease)).contains(text)) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("Not printed: " + text + " but " + text(log(lease)));
                }
                logs.wait(1000);
            }
        }
    }

    static String text(byte[] log) {
        try {
            var text = new StringBuilder();
            var in = new ByteArrayInputStream(log);
            for (var entry = LogFormat.read(in); entry.isPresent(); entry = LogFormat.read(in)) {
                text.append(entry.get().bytes().toStringUtf8());
            }
            return text.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Duration announce(WorkerId worker, Offer offer) {
        announcedSlots.add(offer.slots());
        offers.add(offer);
        return Duration.ofSeconds(15);
    }

    @Override
    public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
        var error = errors.poll();
        if (error != null) {
            throw error;
        }
        return Optional.ofNullable(queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
        var lost = new HashSet<>(held);
        lost.retainAll(revoked);
        return lost;
    }

    @Override
    public long append(LeaseId lease, long offset, byte[] log) {
        synchronized (logs) {
            var known = logs.get(lease);
            if (revoked.contains(lease)) {
                throw new SteadingException(new Failure.NotFound("Lease `%s` is gone".formatted(lease)));
            }
            if (offset != known.size()) {
                throw new AssertionError("Offset %d instead of %d".formatted(offset, known.size()));
            }
            known.writeBytes(log);
            logs.notifyAll();
            return known.size();
        }
    }

    @Override
    public void finish(LeaseId lease, Outcome outcome) {
        outcomes.get(lease).add(outcome);
    }
}
