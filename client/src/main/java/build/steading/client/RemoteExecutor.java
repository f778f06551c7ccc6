// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.digest.Digest;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
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
                () -> known(request),
                () -> new Conversation(connection, request, observer),
                again -> bring(request.action(), again),
                output,
                observer);
        execution.start(threads);
        return execution;
    }

    /// What the server knows already, it need not be brought the inputs of.
    private Optional<ActionResult> known(ExecutionRequest request) {
        if (supply.isEmpty() || request.skipCache()) {
            return Optional.empty();
        }
        try {
            return results.find(request.action());
        } catch (SteadingException _) {
            // There may be servers that remember for themselves alone; what is wrong else shows in a moment.
            return Optional.empty();
        }
    }

    private boolean bring(Digest action, boolean again) {
        if (again) {
            supply.ifPresent(Supply::forget);
        }
        supply.ifPresent(all -> all.bring(action));
        return supply.isPresent();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
