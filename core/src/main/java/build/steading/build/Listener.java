// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.execute.ExecutionObserver;
import build.steading.log.LogRecord;
import build.steading.schedule.WorkerId;
import java.util.function.BooleanSupplier;

/// Passes on what it is told, until it is closed. Thread-safe.
final class Listener implements ExecutionObserver, Following {
    private final ExecutionObserver next;
    private final BooleanSupplier ended;
    private volatile boolean closed;

    /// @param ended tells whether nothing will follow
    Listener(ExecutionObserver next, BooleanSupplier ended) {
        this.next = next;
        this.ended = ended;
    }

    @Override
    public void queued(String reason) {
        if (!closed) {
            next.queued(reason);
        }
    }

    @Override
    public void running(WorkerId worker, boolean joined) {
        if (!closed) {
            next.running(worker, joined);
        }
    }

    @Override
    public void output(LogRecord entry) {
        if (!closed) {
            next.output(entry);
        }
    }

    @Override
    public boolean ended() {
        return ended.getAsBoolean();
    }

    @Override
    public void close() {
        closed = true;
    }
}
