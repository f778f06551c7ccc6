// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.steading.action.ActionCache;
import build.steading.auth.Role;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import io.grpc.stub.StreamObserver;
import java.util.Set;

/// Speaks REAPI `ActionCache` for an [ActionCache].
final class ActionCacheService extends ActionCacheGrpc.ActionCacheImplBase {
    private final ActionCache results;
    private final Inlining inlining;
    private final InstanceNames instances;
    private final Role writers;

    /// @param writers the least role of clients that may write results
    ActionCacheService(ActionCache results, Inlining inlining, InstanceNames instances, Role writers) {
        this.results = results;
        this.inlining = inlining;
        this.instances = instances;
        this.writers = writers;
    }

    @Override
    public void getActionResult(GetActionResultRequest request, StreamObserver<ActionResult> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        var action = Digests.fromProto(request.getActionDigest(), function);
        var result = results.find(action)
                .orElseThrow(() -> SteadingException.notFound("Action `%s` has no stored result", action));
        response.onNext(inlining.with(result, Set.copyOf(request.getInlineOutputFilesList()), function));
        response.onCompleted();
    }

    @Override
    public void updateActionResult(UpdateActionResultRequest request, StreamObserver<ActionResult> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        var caller = Callers.current();
        if (!caller.role().includes(writers)) {
            throw new SteadingException(
                    new Failure.Denied("%s may not write action results here: for that one has to be %s"
                            .formatted(caller.described(), writers.text())));
        }
        var result = Protos.result(request.getActionResult());
        results.put(Digests.fromProto(request.getActionDigest(), function), result);
        response.onNext(result);
        response.onCompleted();
    }
}
