// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.log.LogRecord;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// One compile on the farm, watched. Thread-safe.
final class FarmRun implements ExecutionObserver {
    private final Standing standing;
    private final FarmRuns.Patience patience;
    private final CompletableFuture<Outcome> result = new CompletableFuture<>();

    @GuardedBy("this")
    private @Nullable Execution execution;

    @GuardedBy("this")
    private @Nullable String withdrawnBy;

    @GuardedBy("this")
    private boolean running;

    /// After this, nothing that the farm says counts any more.
    @GuardedBy("this")
    private boolean over;

    @GuardedBy("this")
    private long since = System.nanoTime();

    @GuardedBy("this")
    private String waitsFor = "";

    FarmRun(Standing standing, FarmRuns.Patience patience) {
        this.standing = standing;
        this.patience = patience;
    }

    /// Returns at once: to ask a farm may take as long as a network is silent.
    void start(ActionExecutor farm, ExecutionRequest request) {
        Thread.ofVirtual().name("compile-run").start(() -> {
            try {
                result.complete(begin(farm.execute(request, this)).await());
            } catch (InterruptedException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            } finally {
                end();
            }
        });
    }

    private Execution begin(Execution begun) {
        Optional<String> tooLate;
        synchronized (this) {
            execution = begun;
            tooLate = Optional.ofNullable(withdrawnBy);
        }
        tooLate.ifPresent(begun::withdraw);
        return begun;
    }

    Future<Outcome> result() {
        return result;
    }

    /// Returns at once.
    void withdraw(String by) {
        Execution begun;
        synchronized (this) {
            withdrawnBy = by;
            begun = execution;
            end();
        }
        if (begun != null) {
            Thread.ofVirtual().name("compile-withdraw").start(() -> begun.withdraw(by));
        }
    }

    /// Returns why this has not been waited for in vain for too long; empty if it has not.
    ///
    /// @param longest that it may run
    synchronized Optional<String> overdue(Duration longest) {
        var now = System.nanoTime();
        if (running) {
            return now - since > longest.toNanos() ? Optional.of("slow worker") : Optional.empty();
        }
        var waited = Duration.ofNanos(now - since);
        if (patience.isHome() && !standing.isStuckFor(waited)) {
            return Optional.empty();
        }
        return waited.compareTo(patience.queued()) > 0 ? Optional.of("no free worker") : Optional.empty();
    }

    synchronized String waitsFor() {
        return running ? "" : waitsFor;
    }

    @Override
    public synchronized void queued(String reason) {
        waitsFor = reason;
        stopped();
    }

    @Override
    public synchronized void running(WorkerId worker, boolean joined) {
        if (!running && !over) {
            running = true;
            since = System.nanoTime();
            standing.begun();
        }
    }

    private synchronized void end() {
        over = true;
        stopped();
    }

    private synchronized void stopped() {
        if (running) {
            running = false;
            since = System.nanoTime();
            standing.ended();
        }
    }

    @Override
    public void output(LogRecord entry) {}
}
