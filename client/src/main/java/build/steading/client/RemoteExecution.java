// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One action that a server executes for us. The first outcome counts. Thread-safe.
final class RemoteExecution implements Execution {
    private static final System.Logger LOG = System.getLogger(RemoteExecution.class.getName());

    private final Supplier<Conversation> begin;
    private final Preparation preparation;
    private final OutputReader output;

    /// What is said to the server; it begins anew at most once.
    private volatile Conversation conversation;

    @GuardedBy("this")
    private final List<ExecutionObserver> observers = new ArrayList<>();

    @GuardedBy("this")
    private @Nullable Future<?> thread;

    /// What is brought is of use to others, too: whoever does not want the result any more leaves it at that.
    @GuardedBy("this")
    private boolean bringing;

    @GuardedBy("this")
    private @Nullable Outcome outcome;

    /// What comes before a server is asked to execute.
    @FunctionalInterface
    interface Preparation {
        /// Returns what the server remembers of the action, if that is worth a question.
        default Optional<ActionResult> known() {
            return Optional.empty();
        }

        /// Sees to it that the server has what the action refers to.
        ///
        /// @param again whether the server has just said that something is missing
        /// @return whether it is worth while to ask the server, again
        boolean bring(boolean again);

        /// Hears what came of it.
        default void ended(Outcome outcome) {}
    }

    RemoteExecution(
            Supplier<Conversation> begin, Preparation preparation, OutputReader output, ExecutionObserver observer) {
        this.begin = begin;
        this.preparation = preparation;
        this.conversation = begin.get();
        this.output = output;
        this.observers.add(observer);
    }

    void start(ExecutorService threads) {
        synchronized (this) {
            thread = threads.submit(this::run);
        }
    }

    @Override
    public synchronized Outcome await() throws InterruptedException {
        while (outcome == null) {
            wait();
        }
        return outcome;
    }

    /// Output comes at the end only, so whoever follows has missed nothing.
    @Override
    public synchronized boolean follow(ExecutionObserver another) {
        if (outcome != null) {
            return false;
        }
        observers.add(another);
        return true;
    }

    @Override
    public List<String> why() {
        synchronized (this) {
            if (outcome != null) {
                return List.of();
            }
        }
        return conversation.why();
    }

    private synchronized List<ExecutionObserver> observers() {
        return List.copyOf(observers);
    }

    @Override
    public synchronized void withdraw(String by) {
        end(new Outcome.Cancelled(by));
        if (thread != null && !bringing) {
            // The thread tells the server.
            thread.cancel(true);
        }
    }

    private void run() {
        try {
            var remembered = preparation.known();
            if (remembered.isPresent()) {
                deliver(new Outcome.Completed(remembered.get(), true, List.of()));
                return;
            }
            var _ = brought(false);
            if (over()) {
                return;
            }
            var found = conversation.hold();
            if (found instanceof Outcome.NotRun(Failure.MissingBlobs _, var _) && brought(true)) {
                if (over()) {
                    return;
                }
                conversation = begin.get();
                found = conversation.hold();
            }
            preparation.ended(found);
            deliver(found);
        } catch (InterruptedException _) {
            end(new Outcome.NotRun(new Failure.Unavailable("The connection to the server was closed")));
            cancelIfWithdrawn();
        } catch (SteadingException e) {
            end(new Outcome.NotRun(e.failure()));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "An execution failed for a reason that nobody foresaw", e);
            end(new Outcome.NotRun(new Failure.Unavailable("Internal error; the log has the details")));
        }
    }

    private void deliver(Outcome found) {
        for (var observer : observers()) {
            output.deliver(found, observer);
        }
        end(found);
    }

    private boolean brought(boolean again) {
        setBringing(true);
        try {
            return preparation.bring(again);
        } finally {
            setBringing(false);
        }
    }

    private synchronized void setBringing(boolean now) {
        bringing = now;
    }

    private synchronized boolean over() {
        return outcome != null;
    }

    private void cancelIfWithdrawn() {
        Outcome how;
        synchronized (this) {
            how = outcome;
        }
        if (how instanceof Outcome.Cancelled) {
            conversation.cancel();
        }
    }

    private synchronized void end(Outcome how) {
        if (outcome == null) {
            outcome = how;
            notifyAll();
        }
    }
}
