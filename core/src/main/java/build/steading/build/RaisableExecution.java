// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;

/// An execution that can become more urgent while it waits: by asking for the same action once more, as executors
/// run equal actions once, as soon as the most urgent of those who wait wants it. Thread-safe.
final class RaisableExecution implements Execution {
    private static final String NOBODY = "the build itself, which has what it wanted";

    private final ActionExecutor executor;
    private final ExecutionRequest request;
    private final Execution first;

    @GuardedBy("this")
    private final List<Execution> others = new ArrayList<>();

    @GuardedBy("this")
    private int priority;

    @GuardedBy("this")
    private boolean over;

    RaisableExecution(ActionExecutor executor, ExecutionRequest request, ExecutionObserver observer) {
        this.executor = executor;
        this.request = request;
        this.priority = request.facts().priority();
        this.first = executor.execute(request, observer);
    }

    /// @param wanted without effect unless more urgent than ever before
    void raise(int wanted) {
        synchronized (this) {
            if (over || wanted >= priority) {
                return;
            }
            priority = wanted;
        }
        var facts = request.facts().withPriority(wanted);
        var urgent = new ExecutionRequest(request.action(), request.skipCache(), facts, request.warm());
        var another = executor.execute(urgent, ExecutionObserver.NONE);
        synchronized (this) {
            if (!over) {
                others.add(another);
                return;
            }
        }
        another.withdraw(NOBODY);
    }

    @Override
    public Outcome await() throws InterruptedException {
        try {
            return first.await();
        } finally {
            leave();
        }
    }

    private void leave() {
        List<Execution> rest;
        synchronized (this) {
            over = true;
            rest = List.copyOf(others);
        }
        rest.forEach(other -> other.withdraw(NOBODY));
    }

    @Override
    public boolean follow(ExecutionObserver observer) {
        return first.follow(observer);
    }

    @Override
    public List<String> why() {
        return first.why();
    }

    @Override
    public void withdraw(String by) {
        first.withdraw(by);
    }
}
