// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionCacheGrpc.ActionCacheBlockingV2Stub;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.steading.action.ActionCache;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Optional;
import java.util.Set;

/// The results that a server remembers. Whether they are complete is for the server to see to.
final class RemoteActionCache implements ActionCache {
    private final Connection connection;

    RemoteActionCache(Connection connection) {
        this.connection = connection;
    }

    @Override
    public Optional<ActionResult> find(Digest action) {
        return find(action, Set.of());
    }

    /// @param inlined paths of output files whose contents may come along
    Optional<ActionResult> find(Digest action, Set<String> inlined) {
        var request = GetActionResultRequest.newBuilder()
                .addAllInlineOutputFiles(inlined)
                .setInstanceName(connection.instance())
                .setActionDigest(Digests.toProto(action))
                .setDigestFunction(Digests.toProto(action.function()))
                .build();
        return connection.retrying(() -> {
            try {
                return Optional.of(stub(action).getActionResult(request));
            } catch (StatusException e) {
                if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    @Override
    public void put(Digest action, ActionResult result) {
        var request = UpdateActionResultRequest.newBuilder()
                .setInstanceName(connection.instance())
                .setActionDigest(Digests.toProto(action))
                .setDigestFunction(Digests.toProto(action.function()))
                .setActionResult(result)
                .build();
        connection.retrying(() -> stub(action).updateActionResult(request));
    }

    private ActionCacheBlockingV2Stub stub(Digest action) {
        var stub = ActionCacheGrpc.newBlockingV2Stub(connection.channel());
        return connection.withDeadline(connection.describe(stub, action.hash(), ""), 0);
    }
}
