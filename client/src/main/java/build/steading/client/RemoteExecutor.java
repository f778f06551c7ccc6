// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.digest.Digest;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Has a server execute actions. Each execution has a virtual thread; [#close] interrupts them all, and their
/// outcome is then that the server cannot be reached.
///
/// Warm directories are hints that the protocol has no room for: they are left out.
final class RemoteExecutor implements ActionExecutor, AutoCloseable {
    private final Connection connection;
    private final OutputReader output;
    private final Optional<Supply> supply;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("execution-", 0).factory());

    /// @param supply brings the server what actions refer to; empty if whoever wants them does
    RemoteExecutor(Connection connection, RemoteBlobStore blobs, Optional<Supply> supply) {
        this.connection = connection;
        this.output = new OutputReader(blobs);
        this.supply = supply;
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        var execution = new RemoteExecution(
                () -> new Conversation(connection, request, observer),
                again -> bring(request.action(), again),
                output,
                observer);
        execution.start(threads);
        return execution;
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
