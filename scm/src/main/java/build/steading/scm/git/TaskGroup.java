// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/// The tasks of one job on a shared pool: so many are under way at a time, and the first failure ends the job.
/// One thread submits, waits and closes; tasks submit no others. Closing waits until no task is under way.
final class TaskGroup implements AutoCloseable {
    private final Executor pool;
    private final int limit;
    private final Semaphore free;
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

    /// @param limit how many tasks are queued or run at the most
    TaskGroup(Executor pool, int limit) {
        this.pool = pool;
        this.limit = limit;
        this.free = new Semaphore(limit);
    }

    /// Runs `task` on the pool, waiting first while too many are under way. Throws what an earlier task threw.
    void submit(Runnable task) {
        free.acquireUninterruptibly();
        try {
            throwFailure();
            pool.execute(() -> run(task));
        } catch (RuntimeException e) {
            free.release();
            throw e;
        }
    }

    /// Waits until all tasks have ended, and throws what the first failed one threw.
    void await() {
        settle();
        throwFailure();
    }

    /// Makes the job fail, unless it has already: tasks that have not begun will not. Any thread may call this.
    void fail(RuntimeException cause) {
        failure.compareAndSet(null, cause);
    }

    @Override
    public void close() {
        settle();
    }

    private void settle() {
        free.acquireUninterruptibly(limit);
        free.release(limit);
    }

    private void run(Runnable task) {
        try {
            if (failure.get() == null) {
                task.run();
            }
        } catch (RuntimeException e) {
            fail(e);
        } catch (Error e) {
            fail(new IllegalStateException("A task broke down", e));
        } finally {
            free.release();
        }
    }

    private void throwFailure() {
        var first = failure.get();
        if (first != null) {
            throw first;
        }
    }
}
