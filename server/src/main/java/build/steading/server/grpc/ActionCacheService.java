// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.steading.action.ActionCache;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import io.grpc.stub.StreamObserver;

/// Speaks REAPI `ActionCache` for an [ActionCache].
final class ActionCacheService extends ActionCacheGrpc.ActionCacheImplBase {
    private final ActionCache results;
    private final InstanceNames instances;
    private final boolean clientsUpdate;

    /// @param clientsUpdate whether clients may write results
    ActionCacheService(ActionCache results, InstanceNames instances, boolean clientsUpdate) {
        this.results = results;
        this.instances = instances;
        this.clientsUpdate = clientsUpdate;
    }

    @Override
    public void getActionResult(GetActionResultRequest request, StreamObserver<ActionResult> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        var action = Digests.fromProto(request.getActionDigest(), function);
        var result = results.find(action)
                .orElseThrow(() -> SteadingException.notFound("Action `%s` has no stored result", action));
        response.onNext(result);
        response.onCompleted();
    }

    @Override
    public void updateActionResult(UpdateActionResultRequest request, StreamObserver<ActionResult> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        if (!clientsUpdate) {
            throw new SteadingException(new Failure.Denied("Only workers write action results here"));
        }
        var result = Protos.result(request.getActionResult());
        results.put(Digests.fromProto(request.getActionDigest(), function), result);
        response.onNext(result);
        response.onCompleted();
    }
}
