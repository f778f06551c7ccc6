// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.RequestFacts;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// All operations: those that run, and for a while those that have ended. Nothing of them is written down. After
/// a restart, who asks for one by its name asks anew for what the name says: the executor joins what still runs,
/// or knows the result.
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
    private final Instant begun;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("operation-", 0).factory());

    @GuardedBy("this")
    private final Map<String, RunningOperation> operations = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Set<RunningOperation> running = new LinkedHashSet<>();

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
        this.begun = clock.instant();
        this.room = new SharedRoom("operations", limits.maxRunning());
        threads.execute(this::lookAfterAll);
    }

    /// Asks for an action to be executed.
    ///
    /// @throws SteadingException with `Overloaded` if too many operations run, of the requester or of all, or as
    ///     the executor refuses. Blobs that it misses at once end the operation instead: there may be more than a
    ///     status can name
    RunningOperation start(ExecutionRequest request) {
        return start(OperationName.of(begun, request).toString(), request);
    }

    private RunningOperation start(String name, ExecutionRequest request) {
        var entry = admit(name, request);
        var operation = entry.operation();
        if (!entry.isNew()) {
            return operation;
        }
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

    /// Returns an operation that runs, or has not ended long ago. One of an earlier server is asked for anew, for
    /// a while, by whoever may ask for executions.
    ///
    /// @param tenant whom the call is for
    /// @throws SteadingException with `NotFound` if there is none of this name, `Overloaded` as [#start] says
    RunningOperation find(String name, Identity caller, String tenant) {
        var known = lookUp(name);
        if (known.isPresent()) {
            return known.get();
        }
        return OperationName.parse(name)
                .filter(earlier -> Right.BUILD.isOf(caller.role()) && mayGoOn(earlier))
                .map(earlier -> start(name, earlier.request(RequestFacts.of(tenant, caller.name()))))
                .orElseThrow(() -> SteadingException.notFound("Operation `%s` is not known, or not any more", name));
    }

    /// What this server itself has forgotten, or an earlier one long since, is not done again.
    private boolean mayGoOn(OperationName earlier) {
        return earlier.server() < begun.toEpochMilli() && clock.instant().isBefore(begun.plus(limits.keep()));
    }

    /// Returns an operation that this server knows.
    synchronized Optional<RunningOperation> lookUp(String name) {
        var operation = Optional.ofNullable(operations.get(name));
        operation.ifPresent(found -> found.touch(clock.instant()));
        return operation;
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
        List<RunningOperation> present;
        synchronized (this) {
            while (!ended.isEmpty() && ended.element().endedBefore(now.minus(limits.keep()))) {
                forgetOldestEnded();
            }
            present = List.copyOf(running);
        }
        present.forEach(operation -> operation.sweep(now, limits));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }

    private record Entry(RunningOperation operation, boolean isNew) {}

    private synchronized Entry admit(String name, ExecutionRequest request) {
        var known = operations.get(name);
        if (known != null) {
            return new Entry(known, false);
        }
        room.enter(request.facts().requester());
        lastNumber++;
        var operation = new RunningOperation(name, lastNumber, request, clock.instant());
        operations.put(name, operation);
        running.add(operation);
        notifyAll();
        return new Entry(operation, true);
    }

    private synchronized void forget(RunningOperation operation) {
        room.leave(operation.requester());
        running.remove(operation);
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
            running.remove(operation);
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

    /// Sweeps at this pace and no other, however many operations begin: each takes time in proportion to all.
    private void lookAfterAll() {
        try {
            while (true) {
                synchronized (this) {
                    while (operations.isEmpty()) {
                        wait();
                    }
                }
                Thread.sleep(SWEEP_MILLIS);
                sweep();
            }
        } catch (InterruptedException _) {
            // close() ends this thread.
        }
    }
}
