// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// All operations: those that run, and for a while those that have ended.
///
/// Thread-safe: one lock guards the book, and nothing blocks while it is held. Each running operation has a
/// virtual thread that awaits its end, and one more looks after them all. [#close] ends these threads, but leaves
/// the actions alone: they go on without us, or are asked for again.
final class OperationBook implements AutoCloseable {
    private static final long SWEEP_MILLIS = 1_000;

    private final ActionExecutor executor;
    private final OperationLimits limits;
    private final InstantSource clock;
    private final SharedRoom room;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("operation-", 0).factory());

    @GuardedBy("this")
    private final Map<String, RunningOperation> operations = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Deque<RunningOperation> ended = new ArrayDeque<>();

    @GuardedBy("this")
    private long endedBytes;

    @GuardedBy("this")
    private long lastNumber;

    OperationBook(ActionExecutor executor, OperationLimits limits, InstantSource clock) {
        this.executor = executor;
        this.limits = limits;
        this.clock = clock;
        this.room = new SharedRoom("operations", limits.maxRunning());
        threads.execute(this::lookAfterAll);
    }

    /// Asks for an action to be executed.
    ///
    /// @throws SteadingException with `Overloaded` if too many operations run, of the requester or of all, or as
    ///     the executor refuses. Blobs that it misses at once end the operation instead: there may be more than a
    ///     status can name
    RunningOperation start(ExecutionRequest request) {
        var operation = admit(request);
        try {
            var execution = executor.execute(request, operation);
            operation.hold(execution);
            threads.execute(() -> await(operation, execution));
        } catch (RuntimeException e) {
            if (!(e instanceof SteadingException known && known.failure() instanceof Failure.MissingBlobs missing)) {
                forget(operation);
                throw e;
            }
            end(operation, () -> operation.end(new Outcome.NotRun(missing), clock.instant()));
        }
        return operation;
    }

    /// Returns an operation that runs, or has not ended long ago.
    ///
    /// @throws SteadingException with `NotFound` if there is none of this name
    RunningOperation find(String name) {
        synchronized (this) {
            var operation = operations.get(name);
            if (operation != null) {
                operation.touch(clock.instant());
                return operation;
            }
        }
        throw SteadingException.notFound("Operation `%s` is not known, or not any more", name);
    }

    /// Returns the first operations whose number is above `number`, oldest first.
    synchronized List<RunningOperation> after(long number, int max) {
        return operations.values().stream()
                .filter(operation -> operation.number() > number)
                .limit(max)
                .toList();
    }

    /// Does what time demands: see [RunningOperation#sweep]. Forgets what ended long ago.
    void sweep() {
        var now = clock.instant();
        List<RunningOperation> all;
        synchronized (this) {
            while (!ended.isEmpty() && ended.element().endedBefore(now.minus(limits.keep()))) {
                forgetOldestEnded();
            }
            all = new ArrayList<>(operations.values());
        }
        all.forEach(operation -> operation.sweep(now, limits));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }

    private synchronized RunningOperation admit(ExecutionRequest request) {
        room.enter(request.facts().requester());
        lastNumber++;
        var operation = new RunningOperation("operations/" + UUID.randomUUID(), lastNumber, request, clock.instant());
        operations.put(operation.name(), operation);
        notifyAll();
        return operation;
    }

    private synchronized void forget(RunningOperation operation) {
        room.leave(operation.requester());
        operations.remove(operation.name());
    }

    private void await(RunningOperation operation, Execution execution) {
        try {
            var outcome = execution.await();
            end(operation, () -> operation.end(outcome, clock.instant()));
        } catch (InterruptedException _) {
            // The server stops. Clients ask again, of this server or the next.
        } catch (RuntimeException e) {
            var status = GrpcStatus.bug(e);
            end(operation, () -> operation.end(Responses.of(status), clock.instant()));
        }
    }

    private void end(RunningOperation operation, Runnable ending) {
        room.leave(operation.requester());
        ending.run();
        synchronized (this) {
            ended.add(operation);
            endedBytes += bytes(operation);
            while (endedBytes > limits.maxEndedBytes() && ended.size() > 1) {
                forgetOldestEnded();
            }
        }
    }

    @GuardedBy("this")
    private void forgetOldestEnded() {
        var oldest = ended.remove();
        operations.remove(oldest.name());
        endedBytes -= bytes(oldest);
    }

    private static long bytes(RunningOperation operation) {
        return operation.state().message().getSerializedSize();
    }

    private void lookAfterAll() {
        try {
            while (true) {
                synchronized (this) {
                    while (operations.isEmpty()) {
                        wait();
                    }
                    wait(SWEEP_MILLIS);
                }
                sweep();
            }
        } catch (InterruptedException _) {
            // close() ends this thread.
        }
    }
}
