// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.execute.Printed;
import build.steading.failure.SteadingException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Does with actions what a test tells it to.
public final class FakeExecutor implements ActionExecutor {
    private final BlockingQueue<Stake> stakes = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile @Nullable SteadingException refusal;

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        var why = refusal;
        if (why != null) {
            throw why;
        }
        asked.incrementAndGet();
        var stake = new Stake(request, observer);
        stakes.add(stake);
        return stake;
    }

    /// Returns how often it was asked to execute anything.
    public int asked() {
        return asked.get();
    }

    /// Refuses whatever is asked from now on.
    public void refuse(SteadingException why) {
        refusal = why;
    }

    /// Waits for the next action that somebody asks for.
    public Stake next() throws InterruptedException {
        var stake = stakes.poll(10, TimeUnit.SECONDS);
        if (stake == null) {
            throw new AssertionError("Nobody asked for an action");
        }
        return stake;
    }

    /// Returns a result as a worker makes it.
    public static Outcome.Completed completed(int exitCode) {
        var result = ActionResult.newBuilder()
                .setExitCode(exitCode)
                .setExecutionMetadata(ExecutedActionMetadata.newBuilder().setWorker("w1"))
                .build();
        return new Outcome.Completed(result, false, List.of());
    }

    /// One action that was asked for.
    public static final class Stake implements Execution {
        public final ExecutionRequest request;
        public final ExecutionObserver observer;
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private volatile @Nullable Printed printed;

        Stake(ExecutionRequest request, ExecutionObserver observer) {
            this.request = request;
            this.observer = observer;
        }

        /// Has what is printed read from `log`.
        public void printTo(Printed log) {
            printed = log;
        }

        @Override
        public Optional<Printed> printed() {
            return Optional.ofNullable(printed);
        }

        public void end(Outcome how) {
            outcome.complete(how);
        }

        public void breakDown(RuntimeException bug) {
            outcome.completeExceptionally(bug);
        }

        public boolean endsWithin(Duration patience) throws InterruptedException {
            try {
                outcome.get(patience.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (ExecutionException | TimeoutException _) {
                return false;
            }
        }

        @Override
        public Outcome await() throws InterruptedException {
            try {
                return outcome.get();
            } catch (ExecutionException e) {
                throw (RuntimeException) e.getCause();
            }
        }

        @Override
        public boolean follow(ExecutionObserver another) {
            return !outcome.isDone();
        }

        @Override
        public List<String> why() {
            return List.of();
        }

        @Override
        public void withdraw(String by) {
            outcome.complete(new Outcome.Cancelled(by));
        }
    }
}
