// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.digest.Digest;
import build.steading.execute.Attendance;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import build.steading.platform.RequestFacts;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A farm that does as it is told, and writes down what it hears.
final class ScriptedFarm implements WorkSource, Attendance {
    static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final BlockingQueue<Lease> queue = new LinkedBlockingQueue<>();

    @GuardedBy("this")
    private final Map<LeaseId, ByteArrayOutputStream> logs = new HashMap<>();

    @GuardedBy("this")
    private final Map<LeaseId, List<Outcome>> outcomes = new HashMap<>();

    @GuardedBy("this")
    private final List<Offer> offers = new ArrayList<>();

    @GuardedBy("this")
    private final List<String> attendance = new ArrayList<>();

    @GuardedBy("this")
    private final Set<LeaseId> gone = new HashSet<>();

    @GuardedBy("this")
    private int waiting;

    synchronized Lease offer(long id, Digest action) {
        var lease = new Lease(new LeaseId(id), action, List.of(), RequestFacts.NONE, Instant.EPOCH);
        queue.add(lease);
        return lease;
    }

    synchronized void revoke(LeaseId lease) {
        gone.add(lease);
        logs.remove(lease);
    }

    synchronized List<Offer> offers() {
        return List.copyOf(offers);
    }

    synchronized List<String> attendance() {
        return List.copyOf(attendance);
    }

    synchronized List<Outcome> outcomes(LeaseId lease) {
        return List.copyOf(outcomes.getOrDefault(lease, List.of()));
    }

    synchronized int waiting() {
        return waiting;
    }

    synchronized String text(LeaseId lease) {
        var log = logs.get(lease);
        return log == null ? "" : text(log.toByteArray());
    }

    private static String text(byte[] log) {
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

    /// Waits until something holds.
    synchronized void await(Supplier<Boolean> condition) throws InterruptedException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("In vain; heard were %s, %s, %s".formatted(attendance, offers, outcomes));
            }
            wait(1_000);
        }
    }

    @Override
    public synchronized void connected(WorkerId worker, long connection) {
        attendance.add("+" + worker + connection);
        notifyAll();
    }

    @Override
    public synchronized void disconnected(WorkerId worker, long connection) {
        attendance.add("-" + worker + connection);
        notifyAll();
    }

    @Override
    public synchronized Duration announce(WorkerId worker, Offer offer) {
        offers.add(offer);
        offer.held().keySet().forEach(lease -> logs.computeIfAbsent(lease, _ -> new ByteArrayOutputStream()));
        notifyAll();
        return TTL;
    }

    @Override
    public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
        count(1);
        try {
            var lease = Optional.ofNullable(queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS));
            lease.ifPresent(this::begin);
            return lease;
        } finally {
            count(-1);
        }
    }

    private synchronized void begin(Lease lease) {
        logs.put(lease.id(), new ByteArrayOutputStream());
    }

    private synchronized void count(int change) {
        waiting += change;
        notifyAll();
    }

    @Override
    public synchronized Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
        var lost = new HashSet<>(held);
        lost.retainAll(gone);
        return lost;
    }

    @Override
    public synchronized long append(LeaseId lease, long offset, byte[] records) {
        var log = logs.get(lease);
        if (log == null) {
            throw gone(lease);
        }
        if (offset <= log.size()) {
            var known = (int) Math.min(records.length, log.size() - offset);
            log.write(records, known, records.length - known);
            notifyAll();
        }
        return log.size();
    }

    @Override
    public synchronized void finish(LeaseId lease, Outcome outcome) {
        if (!logs.containsKey(lease) || outcomes.containsKey(lease)) {
            throw gone(lease);
        }
        outcomes.computeIfAbsent(lease, _ -> new ArrayList<>()).add(outcome);
        notifyAll();
    }

    private static SteadingException gone(LeaseId lease) {
        return new SteadingException(new Failure.NotFound("Lease `%s` is gone".formatted(lease)));
    }
}
