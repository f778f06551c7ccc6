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
import java.util.Optional;
import java.util.function.IntSupplier;

/// An execution that can become more urgent while it waits: by asking for the same action once more, as executors
/// run equal actions once, as soon as the most urgent of those who wait wants it. Thread-safe.
final class RaisableExecution implements Execution {
    private static final String NOBODY = "the build itself, which has what it wanted";

    private final ActionExecutor executor;
    private final ExecutionRequest request;
    private final ExecutionObserver observer;

    /// Absent until the executor was asked, and if it refused.
    @GuardedBy("this")
    private Optional<Execution> first = Optional.empty();

    @GuardedBy("this")
    private final List<Execution> others = new ArrayList<>();

    @GuardedBy("this")
    private int priority;

    @GuardedBy("this")
    private boolean over;

    RaisableExecution(ActionExecutor executor, ExecutionRequest request, ExecutionObserver observer) {
        this.executor = executor;
        this.request = request;
        this.observer = observer;
        this.priority = request.facts().priority();
    }

    /// Asks the executor; once, and before [#await]. The observer may be told of output before the executor has
    /// returned: whoever hears of that, and wants to follow, waits here until it has.
    ///
    /// @param known lets others find this execution, and returns how urgent it is by now
    synchronized void begin(IntSupplier known) {
        priority = Math.min(priority, known.getAsInt());
        first = Optional.of(executor.execute(withPriority(priority), observer));
    }

    private ExecutionRequest withPriority(int wanted) {
        var facts = request.facts().withPriority(wanted);
        return new ExecutionRequest(request.action(), request.skipCache(), facts, request.warm(), request.inlined());
    }

    private synchronized Optional<Execution> first() {
        return first;
    }

    /// @param wanted without effect unless more urgent than ever before
    void raise(int wanted) {
        synchronized (this) {
            if (over || first.isEmpty() || wanted >= priority) {
                return;
            }
            priority = wanted;
        }
        var another = executor.execute(withPriority(wanted), ExecutionObserver.NONE);
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
            return first().orElseThrow().await();
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
    public boolean follow(ExecutionObserver another) {
        return first().map(begun -> begun.follow(another)).orElse(false);
    }

    @Override
    public List<String> why() {
        return first().map(Execution::why).orElse(List.of());
    }

    @Override
    public void withdraw(String by) {
        first().ifPresent(begun -> begun.withdraw(by));
    }
}
