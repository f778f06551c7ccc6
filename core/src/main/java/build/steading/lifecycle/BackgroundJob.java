// SPDX-License-Identifier: Apache-2.0
package build.steading.lifecycle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/// Runs one job on a virtual thread whenever it is asked for, never twice at a time. A job that fails is logged,
/// and runs again when it is next asked for. Thread-safe.
public final class BackgroundJob implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BackgroundJob.class.getName());

    private final String name;
    private final Runnable job;

    @GuardedBy("this")
    private @Nullable Thread running;

    @GuardedBy("this")
    private boolean closed;

    /// @param job ends soon after its thread is interrupted
    public BackgroundJob(String name, Runnable job) {
        this.name = name;
        this.job = job;
    }

    /// Starts the job, unless it is running or this has been closed.
    public synchronized void request() {
        if (running == null && !closed) {
            running = Thread.ofVirtual().name(name).start(this::run);
        }
    }

    private void run() {
        try {
            job.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "Background job `%s` failed".formatted(name), e);
        } finally {
            finished();
        }
    }

    private synchronized void finished() {
        running = null;
    }

    private synchronized @Nullable Thread shut() {
        closed = true;
        return running;
    }

    /// Interrupts the job if it is running, and waits for its end.
    @Override
    public void close() {
        var thread = shut();
        if (thread == null) {
            return;
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
