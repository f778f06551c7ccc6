// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.failure.SteadingException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Has a server execute actions. Each execution has a virtual thread; [#close] interrupts them all, and their
/// outcome is then that the server cannot be reached.
///
/// Warm directories are hints that the protocol has no room for: they are left out.
final class RemoteExecutor implements ActionExecutor, AutoCloseable {
    private final Connection connection;
    private final RemoteActionCache results;
    private final OutputReader output;
    private final Optional<Supply> supply;
    private volatile boolean expectsKnown = true;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("execution-", 0).factory());

    /// @param supply brings the server what actions refer to; empty if whoever wants them does
    RemoteExecutor(Connection connection, RemoteBlobStore blobs, Optional<Supply> supply) {
        this.connection = connection;
        this.results = new RemoteActionCache(connection);
        this.output = new OutputReader(blobs);
        this.supply = supply;
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        var execution = new RemoteExecution(
                () -> new Conversation(connection, request, observer), new Supplied(request), output, observer);
        execution.start(threads);
        return execution;
    }

    /// What the server knows already, it need not be brought the inputs of. It is asked as long as it knew the
    /// one before: whoever builds what others have built gets all from it, whoever edits nothing.
    private final class Supplied implements RemoteExecution.Preparation {
        private final ExecutionRequest request;

        Supplied(ExecutionRequest request) {
            this.request = request;
        }

        @Override
        public Optional<ActionResult> known() {
            if (supply.isEmpty() || request.skipCache() || !expectsKnown) {
                return Optional.empty();
            }
            try {
                var found = results.find(request.action(), request.inlined());
                expectsKnown = found.isPresent();
                return found;
            } catch (SteadingException _) {
                // There may be servers that remember for themselves alone; what is wrong else shows in a moment.
                return Optional.empty();
            }
        }

        @Override
        public boolean bring(boolean again) {
            if (again) {
                supply.ifPresent(Supply::forget);
            }
            supply.ifPresent(all -> all.bring(request.action()));
            return supply.isPresent();
        }

        @Override
        public void ended(Outcome outcome) {
            if (outcome instanceof Outcome.Completed(var _, var cached, var _)) {
                expectsKnown = cached;
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
