// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ExecuteOperationMetadata;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.ExecutionGrpc.ExecutionBlockingV2Stub;
import build.bazel.remote.execution.v2.ExecutionStage;
import build.bazel.remote.execution.v2.WaitExecutionRequest;
import build.steading.digest.Digest;
import build.steading.lifecycle.ManualClock;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.OperationsGrpc.OperationsBlockingV2Stub;
import io.grpc.stub.BlockingClientCall;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/// What tests of executions share: a server whose time stands still, and the client's side of a stream.
abstract class ExecutionTest extends GrpcTest {
    final ManualClock clock = new ManualClock();
    final InProcessServer timed = new InProcessServer(config(), blobs, results, executor, clock);
    final ExecutionBlockingV2Stub stub = ExecutionGrpc.newBlockingV2Stub(timed.channel());
    final OperationsBlockingV2Stub operations = OperationsGrpc.newBlockingV2Stub(timed.channel());
    final Digest action = Digest.of(bytes(100, 1));

    @AfterEach
    void stopTimed() {
        timed.close();
    }

    ExecuteRequest request() {
        return ExecuteRequest.newBuilder().setActionDigest(proto(action)).build();
    }

    BlockingClientCall<?, Operation> execute() {
        return stub.execute(request());
    }

    static WaitExecutionRequest named(String name) {
        return WaitExecutionRequest.newBuilder().setName(name).build();
    }

    static Operation next(BlockingClientCall<?, Operation> call) throws Exception {
        return call.read(10, TimeUnit.SECONDS);
    }

    static Operation last(BlockingClientCall<?, Operation> call) throws Exception {
        var last = next(call);
        while (!last.getDone()) {
            last = next(call);
        }
        return last;
    }

    static ExecuteOperationMetadata metadata(Operation message) throws Exception {
        return message.getMetadata().unpack(ExecuteOperationMetadata.class);
    }

    static ExecutionStage.Value stage(Operation message) throws Exception {
        return metadata(message).getStage();
    }

    static ExecuteResponse response(Operation message) throws Exception {
        return message.getResponse().unpack(ExecuteResponse.class);
    }
}
