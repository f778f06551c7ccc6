// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.execute.Execution;
import build.steading.execute.Lease;
import build.steading.schedule.WorkerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Many at the same time.
class FarmStormTest extends FarmFixture {
    private static final int WORKERS = Integer.getInteger("storm.workers", 100);
    private static final int ACTIONS = Integer.getInteger("storm.actions", 1_000);

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger finished = new AtomicInteger();

    FarmStormTest() {
        super(Instant::now);
    }

    @Test
    void everyActionEndsOnceWhileWorkersAnnounceThemselvesAllTheTime() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var executions = new ArrayList<Execution>();
            var recorders = new ArrayList<Recorder>();
            for (var i = 0; i < ACTIONS; i++) {
                recorders.add(new Recorder());
                executions.add(execute(action("action " + i), recorders.getLast()));
            }
            var workers = new ArrayList<Future<?>>();
            for (var i = 0; i < WORKERS; i++) {
                var number = i;
                workers.add(threads.submit(() -> work(number)));
            }
            for (var execution : executions) {
                assertThat(execution.await()).isEqualTo(completed(SUCCESS));
            }
            over.set(true);
            join(workers);
            assertThat(finished).hasValue(ACTIONS);
            assertThat(recorders)
                    .allSatisfy(recorder ->
                            assertThat(recorder.events).containsExactly("queued", "running alone", "1", "2"));
            assertThat(farm.snapshot().running()).isZero();
        }
    }

    private static void join(List<Future<?>> workers) throws InterruptedException, ExecutionException {
        for (var worker : workers) {
            worker.get();
        }
    }

    private boolean work(int number) throws InterruptedException {
        var random = new Random(number);
        var worker = new WorkerId("worker" + number);
        for (var connection = 0L; !over.get(); connection++) {
            // A new connection begins before the end of the old one is noticed.
            farm.connected(worker, connection);
            farm.disconnected(worker, connection - 1);
            farm.announce(worker, offer(1));
            for (var turn = random.nextInt(5); turn >= 0; turn--) {
                var lease = farm.take(worker, SOON.dividedBy(100));
                if (lease.isPresent()) {
                    run(worker, lease.get(), random);
                }
            }
        }
        return true;
    }

    private void run(WorkerId worker, Lease lease, Random random) {
        var one = farm.append(lease.id(), 0, printed("1"));
        if (random.nextBoolean()) {
            farm.announce(
                    worker, offer(1).holding(Map.of(lease.id(), lease.action().toString())));
        }
        assertThat(farm.renew(worker, Set.of(lease.id()))).isEmpty();
        farm.append(lease.id(), one, printed("2"));
        farm.finish(lease.id(), completed(SUCCESS));
        finished.incrementAndGet();
    }
}
