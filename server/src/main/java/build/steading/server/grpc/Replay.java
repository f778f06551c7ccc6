// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.execute.ExecutionObserver;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Optional;

/// Passes on the output of one attempt, told from its beginning, with the place where each piece stands.
final class Replay implements ExecutionObserver {
    private final Sink sink;

    @GuardedBy("this")
    private Optional<LogPosition> next = Optional.empty();

    /// Where output goes.
    @FunctionalInterface
    interface Sink {
        void output(LogPosition at, LogRecord entry);
    }

    Replay(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void queued(String reason) {}

    @Override
    public void running(WorkerId worker, boolean joined) {}

    @Override
    public void output(LogRecord entry) {
        LogPosition at;
        synchronized (this) {
            at = next.orElseGet(() -> LogPosition.before(entry));
            next = Optional.of(at.after(entry));
        }
        sink.output(at, entry);
    }
}
