// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The return of the workers that an earlier farm had. Thread-safe.
public final class Return {
    private final Set<WorkerId> missing = ConcurrentHashMap.newKeySet();
    private final CountDownLatch complete = new CountDownLatch(1);

    Return(Set<WorkerId> expected) {
        missing.addAll(expected);
        completeIfAllAreBack();
    }

    void announced(WorkerId worker) {
        if (missing.remove(worker)) {
            completeIfAllAreBack();
        }
    }

    private void completeIfAllAreBack() {
        if (missing.isEmpty()) {
            complete.countDown();
        }
    }

    /// Waits until all have announced themselves, and the farm knows again what they run.
    ///
    /// @return false if some are missing even after `patience`
    public boolean await(Duration patience) throws InterruptedException {
        return complete.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }
}
