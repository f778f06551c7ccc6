// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.WaitExecutionRequest;
import com.google.longrunning.Operation;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.function.UnaryOperator;

/// Speaks REAPI `Execution` for the executor behind an [OperationBook].
final class ExecutionService extends ExecutionGrpc.ExecutionImplBase {
    private final OperationBook operations;
    private final Inlining inlining;
    private final InstanceNames instances;
    private final InstantSource clock;

    ExecutionService(OperationBook operations, Inlining inlining, InstanceNames instances, InstantSource clock) {
        this.operations = operations;
        this.inlining = inlining;
        this.instances = instances;
        this.clock = clock;
    }

    @Override
    public void execute(ExecuteRequest request, StreamObserver<Operation> response) {
        instances.check(request.getInstanceName());
        var wanted =
                Protos.execution(request, Caller.tenant(), Callers.current().name());
        var inlined = inlining.of(wanted.inlined(), wanted.action().function());
        Watcher.attach(response, operations.start(wanted), inlined, clock);
    }

    @Override
    public void waitExecution(WaitExecutionRequest request, StreamObserver<Operation> response) {
        var operation = operations.find(request.getName(), Callers.current(), Caller.tenant());
        Watcher.attach(response, operation, UnaryOperator.identity(), clock);
    }
}
