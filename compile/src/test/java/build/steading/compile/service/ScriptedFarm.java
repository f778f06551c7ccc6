// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Does with each execution what a test says.
final class ScriptedFarm implements ActionExecutor {
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final CountDownLatch reachable = new CountDownLatch(1);
    private volatile boolean silent;
    private volatile RuntimeException refusal = new IllegalStateException();
    private volatile boolean refuses;

    /// One execution.
    record Asked(ExecutionRequest request, ExecutionObserver observer, CompletableFuture<Outcome> outcome)
            implements Execution {
        @Override
        public Outcome await() throws InterruptedException {
            try {
                return outcome.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean follow(ExecutionObserver other) {
            return false;
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

    /// From now on, [#execute] does not return until [#answerAgain] is called.
    void fallSilent() {
        silent = true;
    }

    void answerAgain() {
        reachable.countDown();
    }

    void refuse(RuntimeException with) {
        refusal = with;
        refuses = true;
    }

    /// Returns the next execution that was asked for.
    Asked next() throws InterruptedException {
        var next = asked.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("Nothing was asked for");
        }
        return next;
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        var next = new Asked(request, observer, new CompletableFuture<>());
        asked.add(next);
        if (silent) {
            try {
                reachable.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (refuses) {
            throw refusal;
        }
        return next;
    }
}
