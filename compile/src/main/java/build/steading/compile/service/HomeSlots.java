// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Bounds how many compiles run at home because the farm could not do them: as many as the machine has
/// processors, so that `make -j200` does not bring it down when the farm is away. Thread-safe.
final class HomeSlots {
    private final Semaphore free;

    HomeSlots(int count) {
        this.free = new Semaphore(count, true);
    }

    /// A place for one compile, given back once.
    private final class Taken implements HomeSlot {
        private final AtomicBoolean back = new AtomicBoolean();

        @Override
        public void close() {
            if (back.compareAndSet(false, true)) {
                free.release();
            }
        }
    }

    Optional<HomeSlot> tryTake() {
        return free.tryAcquire() ? Optional.of(new Taken()) : Optional.empty();
    }

    /// Waits for a place; returns nothing if none has become free in time.
    Optional<HomeSlot> take(Duration patience) throws InterruptedException {
        return free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS) ? Optional.of(new Taken()) : Optional.empty();
    }
}
