// SPDX-License-Identifier: Apache-2.0
package build.steading.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BackgroundJobTest {
    @Test
    void jobNeverRunsTwiceAtATime() throws InterruptedException {
        var runs = new AtomicInteger();
        var started = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var job = new BackgroundJob("test", () -> {
            runs.incrementAndGet();
            started.countDown();
            await(go);
        })) {
            job.request();
            started.await();
            job.request();
            go.countDown();
        }

        assertThat(runs).hasValue(1);
    }

    @Test
    void failedJobRunsAgainWhenAskedFor() throws InterruptedException {
        var runs = new Semaphore(0);
        try (var job = new BackgroundJob("test", () -> {
            runs.release();
            throw new IllegalStateException("Expected by this test");
        })) {
            job.request();
            runs.acquire();
            while (!runs.tryAcquire()) {
                job.request();
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void closingInterruptsTheJobAndWaitsForItsEnd() throws InterruptedException {
        var started = new CountDownLatch(1);
        var ended = new AtomicBoolean();
        try (var job = new BackgroundJob("test", () -> {
            started.countDown();
            await(new CountDownLatch(1));
            ended.set(true);
        })) {
            job.request();
            started.await();
        }

        assertThat(ended).isTrue();
    }

    @Test
    void closedJobDoesNotRun() {
        var runs = new AtomicInteger();
        var job = new BackgroundJob("test", runs::incrementAndGet);
        job.close();
        job.request();
        job.close();

        assertThat(runs).hasValue(0);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            // The job is being closed.
        }
    }
}
