// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.failure.SteadingException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Does several things at a time, until one of them fails. Belongs to one thread.
final class Parallel {
    private final ExecutorService threads;
    private final Semaphore room;
    private final List<Future<?>> running = new ArrayList<>();

    /// @param room how many at a time
    Parallel(ExecutorService threads, Semaphore room) {
        this.threads = threads;
        this.room = room;
    }

    /// Begins `work` when there is room.
    ///
    /// @throws SteadingException what earlier work threw
    void run(Runnable work) throws InterruptedException {
        room.acquire();
        for (var each = running.iterator(); each.hasNext(); ) {
            var earlier = each.next();
            if (earlier.isDone()) {
                each.remove();
                await(earlier);
            }
        }
        running.add(threads.submit(() -> {
            try {
                work.run();
            } finally {
                room.release();
            }
        }));
    }

    /// Waits for the end of all work.
    ///
    /// @throws SteadingException what it threw
    void finish() throws InterruptedException {
        for (var each : running) {
            await(each);
        }
        running.clear();
    }

    /// Ends what is still under way, after a failure.
    void giveUp() {
        running.forEach(each -> each.cancel(true));
    }

    private static void await(Future<?> work) throws InterruptedException {
        try {
            work.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SteadingException known
                    ? new SteadingException(known.failure(), e)
                    : new IllegalStateException(e);
        }
    }
}
