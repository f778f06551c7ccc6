// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// A worker to which everything happens that can happen to one: its commands fail, it loses leases, falls silent,
/// is cut off, starts anew, changes its mind about its slots.
final class FickleWorker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(20);
    private static final Fault[] FAULTS = {Fault.SETUP, Fault.WORKER_SHUTDOWN, Fault.UPLOAD};

    private final Farm farm;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final WorkerId id;
    private final int slots;
    private final Map<LeaseId, String> held = new ConcurrentHashMap<>();
    private final AtomicInteger mishaps = new AtomicInteger();
    private final List<Future<?>> lives = new ArrayList<>();
    private long connection;
    private volatile boolean calm;
    private volatile boolean over;

    FickleWorker(Farm farm, int number, int slots) {
        this.farm = farm;
        this.id = new WorkerId("fickle" + number);
        this.slots = slots;
        connect();
        lives.add(threads.submit(() -> beat(new Random(id.hashCode()))));
        for (var slot = 0; slot < slots; slot++) {
            var seed = id.hashCode() + slot;
            lives.add(threads.submit(() -> serve(new Random(seed))));
        }
    }

    /// From now on nothing happens any more but work.
    void calmDown() {
        calm = true;
    }

    /// Returns why a slot or the heart of it has ended, if one has.
    Optional<Throwable> failure() {
        return lives.stream()
                .filter(life -> life.state() == Future.State.FAILED)
                .map(Future::exceptionNow)
                .findFirst();
    }

    @Override
    public void close() {
        over = true;
        threads.close();
    }

    int mishaps() {
        return mishaps.get();
    }

    private void connect() {
        connection++;
        farm.connected(id, connection);
        farm.announce(id, offer(slots));
    }

    private Offer offer(int open) {
        return FarmFixture.offer(open).holding(Map.copyOf(held));
    }

    /// Says what is held, and has accidents.
    private boolean beat(Random random) throws InterruptedException {
        while (!over) {
            Thread.sleep(2);
            try {
                switch (calm ? 9 : random.nextInt(10)) {
                    case 0 -> cut(random.nextInt(4));
                    case 1 -> farm.announce(id, offer(random.nextInt(slots + 1)));
                    case 2 -> Thread.sleep(random.nextInt(20));
                    default -> farm.announce(id, offer(slots));
                }
                farm.renew(id, Map.copyOf(held).keySet()).forEach(held::remove);
            } catch (SteadingException _) {
                connect();
            }
        }
        return true;
    }

    /// Loses the connection, and perhaps its memory with it.
    private void cut(int how) throws InterruptedException {
        mishaps.incrementAndGet();
        farm.disconnected(id, connection);
        if (how == 0) {
            held.clear();
        }
        if (how == 1) {
            Thread.sleep(5);
        }
        connect();
    }

    private boolean serve(Random random) throws InterruptedException {
        while (!over) {
            try {
                var lease = farm.take(id, PATIENCE);
                if (lease.isPresent()) {
                    held.put(lease.get().id(), lease.get().action().toString());
                    run(lease.get(), random);
                }
            } catch (SteadingException _) {
                // The heart will say again who this is.
                Thread.sleep(1);
            }
        }
        return true;
    }

    private void run(Lease lease, Random random) {
        var dice = calm ? 99 : random.nextInt(10);
        if (dice < 5) {
            mishaps.incrementAndGet();
        }
        try {
            switch (dice) {
                case 0 ->
                    farm.finish(lease.id(), new Outcome.NotRun(unavailable(), FAULTS[random.nextInt(FAULTS.length)]));
                case 1 -> farm.finish(lease.id(), new Outcome.Refused("Not now", Optional.empty()));
                case 2 -> {
                    // Forgotten: it lapses, or is missed at the next announcement.
                }
                case 3 -> finish(lease, ActionResult.newBuilder().setExitCode(1).build());
                case 4 -> {
                    finish(lease, FarmFixture.SUCCESS);
                    finish(lease, FarmFixture.SUCCESS);
                }
                default -> finish(lease, FarmFixture.SUCCESS);
            }
        } finally {
            held.remove(lease.id());
        }
    }

    private void finish(Lease lease, ActionResult result) {
        farm.finish(lease.id(), new Outcome.Completed(result, false, List.of()));
    }

    private static Failure unavailable() {
        return new Failure.Unavailable("For this test");
    }
}
