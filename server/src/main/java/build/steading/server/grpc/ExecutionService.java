// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.WaitExecutionRequest;
import com.google.longrunning.Operation;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;

/// Speaks REAPI `Execution` for the executor behind an [OperationBook].
final class ExecutionService extends ExecutionGrpc.ExecutionImplBase {
    private final OperationBook operations;
    private final InstanceNames instances;
    private final InstantSource clock;

    ExecutionService(OperationBook operations, InstanceNames instances, InstantSource clock) {
        this.operations = operations;
        this.instances = instances;
        this.clock = clock;
    }

    @Override
    public void execute(ExecuteRequest request, StreamObserver<Operation> response) {
        instances.check(request.getInstanceName());
        var operation = operations.start(
                Protos.execution(request, Caller.tenant(), Callers.current().name()));
        Watcher.attach(response, operation, clock);
    }

    @Override
    public void waitExecution(WaitExecutionRequest request, StreamObserver<Operation> response) {
        Watcher.attach(response, operations.find(request.getName(), Callers.current(), Caller.tenant()), clock);
    }
}
