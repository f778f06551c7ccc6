// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionCacheUpdateCapabilities;
import build.bazel.remote.execution.v2.CacheCapabilities;
import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.DigestFunction;
import build.bazel.remote.execution.v2.ExecutionCapabilities;
import build.bazel.remote.execution.v2.FastCdc2020Params;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.bazel.remote.execution.v2.PriorityCapabilities;
import build.bazel.remote.execution.v2.PriorityCapabilities.PriorityRange;
import build.bazel.remote.execution.v2.ServerCapabilities;
import build.bazel.remote.execution.v2.SymlinkAbsolutePathStrategy;
import build.bazel.semver.SemVer;
import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.chunk.FastCdc;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.tree.NodeTraits;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;
import java.util.List;

/// Speaks REAPI `Capabilities`: what this server can do is known from the start, so the answer is always at hand.
final class CapabilitiesService extends CapabilitiesGrpc.CapabilitiesImplBase {
    /// The first one is what clients without a preference take.
    private static final List<DigestFunction.Value> FUNCTIONS =
            Arrays.stream(HashFunction.values()).map(Digests::toProto).toList();

    private final InstanceNames instances;
    private final Role resultWriters;
    private final ServerCapabilities answer;

    CapabilitiesService(GrpcConfig config) {
        this.instances = config.instances();
        this.resultWriters = config.resultWriters();
        this.answer = ServerCapabilities.newBuilder()
                .setCacheCapabilities(cache(config))
                .setExecutionCapabilities(execution())
                .setLowApiVersion(SemVer.newBuilder().setMajor(2))
                .setHighApiVersion(SemVer.newBuilder().setMajor(2).setMinor(11))
                .build();
    }

    @Override
    public void getCapabilities(GetCapabilitiesRequest request, StreamObserver<ServerCapabilities> response) {
        instances.check(request.getInstanceName());
        response.onNext(answerTo(Callers.current()));
        response.onCompleted();
    }

    /// Some may write results, and some may not.
    private ServerCapabilities answerTo(Identity caller) {
        var whole = answer.toBuilder();
        whole.getCacheCapabilitiesBuilder()
                .setActionCacheUpdateCapabilities(ActionCacheUpdateCapabilities.newBuilder()
                        .setUpdateEnabled(caller.role().includes(resultWriters)));
        return whole.build();
    }

    private static CacheCapabilities cache(GrpcConfig config) {
        return CacheCapabilities.newBuilder()
                .addAllDigestFunctions(FUNCTIONS)
                .setMaxBatchTotalSizeBytes(config.limits().maxBatchBytes())
                .setMaxCasBlobSizeBytes(config.limits().maxBlobBytes())
                .addSupportedCompressors(Compressor.Value.ZSTD)
                .addSupportedBatchUpdateCompressors(Compressor.Value.ZSTD)
                .setSymlinkAbsolutePathStrategy(SymlinkAbsolutePathStrategy.Value.ALLOWED)
                .setSplitBlobSupport(true)
                .setSpliceBlobSupport(true)
                .setFastCdc2020Params(
                        FastCdc2020Params.newBuilder().setAvgChunkSizeBytes(FastCdc.STANDARD.averageBytes()))
                .build();
    }

    private static ExecutionCapabilities execution() {
        var allPriorities =
                PriorityRange.newBuilder().setMinPriority(Integer.MIN_VALUE).setMaxPriority(Integer.MAX_VALUE);
        return ExecutionCapabilities.newBuilder()
                .setDigestFunction(DigestFunction.Value.SHA256)
                .addAllDigestFunctions(FUNCTIONS)
                .setExecEnabled(true)
                .addAllSupportedNodeProperties(NodeTraits.NAMES)
                .setExecutionPriorityCapabilities(
                        PriorityCapabilities.newBuilder().addPriorities(allPriorities))
                .build();
    }
}
