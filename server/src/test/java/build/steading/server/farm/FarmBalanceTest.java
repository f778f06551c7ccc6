// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.execute.Execution;
import build.steading.lifecycle.Resources;
import build.steading.schedule.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whatever goes wrong, no slot and no lease is lost: each is in the books of all, or of none.
class FarmBalanceTest extends FarmFixture {
    private static final int WORKERS = 12;
    private static final int SLOTS = 3;
    private static final int ACTIONS = Integer.getInteger("balance.actions", 3_000);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Faster than real time, so that leases lapse and pauses end while the test runs.
    private static final int HASTE = 60;

    private final Random random = new Random(1);
    private final Resources resources = new Resources();
    private final List<FickleWorker> workers = new ArrayList<>();

    FarmBalanceTest() {
        super(hasty(Instant.now(), System.nanoTime()));
    }

    @AfterEach
    void endWorkers() {
        resources.close();
    }

    private static InstantSource hasty(Instant begin, long nanos) {
        return () -> begin.plusNanos(HASTE * (System.nanoTime() - nanos));
    }

    @Test
    void slotsAndLeasesBalanceThroughFailuresKillsSilenceAndDisconnections() throws Exception {
        farm.dismiss(WORKER);
        for (var i = 0; i < WORKERS; i++) {
            workers.add(resources.add(new FickleWorker(farm, i, SLOTS)));
        }
        var executions = new ArrayList<Execution>();
        for (var i = 0; i < ACTIONS; i++) {
            executions.add(execute(action("action " + i)));
            if (random.nextInt(10) == 0) {
                executions.get(random.nextInt(executions.size())).withdraw("test");
            }
            if (i % 10 == 0) {
                pass();
            }
        }
        awaitMishaps();
        workers.forEach(FickleWorker::calmDown);
        awaitAllFree();
        for (var execution : executions) {
            assertThat(execution.await()).isNotNull();
        }
        assertThat(workers).allSatisfy(worker -> assertThat(worker.failure()).isEmpty());
        assertThat(mishaps()).isGreaterThan(ACTIONS / 4);
    }

    private int mishaps() {
        return workers.stream().mapToInt(FickleWorker::mishaps).sum();
    }

    private void pass() throws InterruptedException {
        farm.tick();
        assertThat(farm.audit()).isEmpty();
        Thread.sleep(1);
    }

    /// So many accidents happen that the balance is worth something, however slow the workers are.
    private void awaitMishaps() throws InterruptedException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (mishaps() <= ACTIONS / 4 && System.nanoTime() < end) {
            pass();
        }
    }

    /// Each slot is free in the end, and the farm knows. All at one moment: slots ask anew all the time, so that
    /// the next moment one of them may just not be waiting.
    private void awaitAllFree() throws InterruptedException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        var now = farm.snapshot();
        while (!isAllFree(now) && System.nanoTime() < end) {
            pass();
            now = farm.snapshot();
        }
        assertThat(now.workers()).hasSize(WORKERS).allSatisfy(worker -> {
            assertThat(worker.polling()).isEqualTo(SLOTS);
            assertThat(worker.running()).isEmpty();
            assertThat(worker.parked()).isZero();
        });
        assertThat(now.queued()).isZero();
        assertThat(farm.audit()).isEmpty();
    }

    private static boolean isAllFree(Snapshot now) {
        return now.queued() == 0
                && now.workers().size() == WORKERS
                && now.workers().stream()
                        .allMatch(worker ->
                                worker.polling() == SLOTS && worker.running().isEmpty() && worker.parked() == 0);
    }
}
