// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class OpeningsTest {
    private final Openings openings = new Openings(2);
    private final Semaphore entered = new Semaphore(0);

    private Thread enterer() {
        return Thread.ofVirtual().start(() -> {
            try {
                openings.enter();
                entered.release();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void oneMoreWaitsUntilSomebodyLeaves() throws Exception {
        openings.enter();
        openings.enter();
        var third = enterer();
        awaitWaiting(third);

        openings.leave();

        third.join();
        assertThat(entered.availablePermits()).isOne();
    }

    @Test
    void whoIsInsideTooManyMakesNoRoomByLeaving() throws Exception {
        openings.enter();
        openings.enter();
        openings.setOpen(1);
        var third = enterer();
        awaitWaiting(third);

        openings.leave();
        awaitWaiting(third);
        assertThat(entered.availablePermits()).isZero();
        openings.setOpen(2);

        third.join();
        assertThat(entered.availablePermits()).isOne();
    }

    @Test
    void whoWaitsCanBeInterrupted() throws Exception {
        openings.setOpen(0);
        var waiter = enterer();
        awaitWaiting(waiter);

        waiter.interrupt();

        waiter.join();
        assertThat(entered.availablePermits()).isZero();
    }
}
