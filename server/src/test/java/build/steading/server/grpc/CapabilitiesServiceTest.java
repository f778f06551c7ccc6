// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.DigestFunction;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.bazel.remote.execution.v2.ServerCapabilities;
import build.bazel.remote.execution.v2.SymlinkAbsolutePathStrategy;
import io.grpc.Status;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CapabilitiesServiceTest extends GrpcTest {
    @Test
    @DisplayName("C01: digest functions of the cache are listed")
    void cacheListsItsFunctions() throws Exception {
        assertThat(ask("").getCacheCapabilities().getDigestFunctionsList())
                .containsExactly(DigestFunction.Value.SHA256, DigestFunction.Value.BLAKE3);
    }

    @Test
    @DisplayName("C02: the digest function of execution is known and listed")
    void executionUsesSha256UnlessAskedOtherwise() throws Exception {
        var execution = ask("").getExecutionCapabilities();

        assertThat(execution.getExecEnabled()).isTrue();
        assertThat(execution.getDigestFunction()).isEqualTo(DigestFunction.Value.SHA256);
        assertThat(execution.getDigestFunctionsList())
                .containsExactly(DigestFunction.Value.SHA256, DigestFunction.Value.BLAKE3);
    }

    @Test
    @DisplayName("C03: clients of version 2.0 are welcome")
    void versionsReachFrom20To211() throws Exception {
        var all = ask("");

        assertThat(all.getLowApiVersion().getMajor()).isEqualTo(2);
        assertThat(all.getLowApiVersion().getMinor()).isZero();
        assertThat(all.getHighApiVersion().getMajor()).isEqualTo(2);
        assertThat(all.getHighApiVersion().getMinor()).isEqualTo(11);
    }

    @Test
    @DisplayName("C04: the strategy for absolute symbolic links is declared")
    void absoluteSymlinksAreAllowed() throws Exception {
        assertThat(ask("").getCacheCapabilities().getSymlinkAbsolutePathStrategy())
                .isEqualTo(SymlinkAbsolutePathStrategy.Value.ALLOWED);
    }

    @Test
    @DisplayName("C05: a full batch fits into a message, and nothing is offered that is not there")
    void limitsAreAdvertised() throws Exception {
        var cache = ask("").getCacheCapabilities();

        assertThat(cache.getMaxBatchTotalSizeBytes()).isEqualTo((4 << 20) - (64 << 10));
        assertThat(cache.getMaxCasBlobSizeBytes()).isEqualTo(LIMITS.maxBlobBytes());
        assertThat(cache.getSupportedCompressorsList()).containsExactly(Compressor.Value.ZSTD);
        assertThat(cache.getSupportedBatchUpdateCompressorsList()).containsExactly(Compressor.Value.ZSTD);
    }

    @Test
    void chunksAreCutByFastCdcAlone() throws Exception {
        var cache = ask("").getCacheCapabilities();

        assertThat(cache.getSplitBlobSupport()).isTrue();
        assertThat(cache.getSpliceBlobSupport()).isTrue();
        assertThat(cache.getFastCdc2020Params().getAvgChunkSizeBytes()).isEqualTo(512 << 10);
        assertThat(cache.getFastCdc2020Params().getSeed()).isZero();
        assertThat(cache.hasRepMaxCdcParams()).isFalse();
    }

    @Test
    @DisplayName("C06: any instance will do, unless some are configured")
    void unknownInstanceIsRefusedWhereSomeAreConfigured() throws Exception {
        assertThat(ask("any/name").hasCacheCapabilities()).isTrue();
        try (var picky = new InProcessServer(config(only("main"), false), blobs, results, executor)) {
            var stub = CapabilitiesGrpc.newBlockingV2Stub(picky.channel());
            assertFails(Status.Code.INVALID_ARGUMENT, () -> stub.getCapabilities(request("other")));
            assertThat(stub.getCapabilities(request("main")).hasCacheCapabilities())
                    .isTrue();
        }
    }

    @Test
    @DisplayName("116: where clients may not write results, they are told so")
    void updateIsAdvertisedAsConfigured() throws Exception {
        assertThat(ask("").getCacheCapabilities()
                        .getActionCacheUpdateCapabilities()
                        .getUpdateEnabled())
                .isTrue();
        try (var strict = new InProcessServer(config(InstanceNames.ANY, false), blobs, results, executor)) {
            var cache = CapabilitiesGrpc.newBlockingV2Stub(strict.channel())
                    .getCapabilities(request(""))
                    .getCacheCapabilities();
            assertThat(cache.getActionCacheUpdateCapabilities().getUpdateEnabled())
                    .isFalse();
        }
    }

    private ServerCapabilities ask(String instance) throws Exception {
        return CapabilitiesGrpc.newBlockingV2Stub(channel).getCapabilities(request(instance));
    }

    private static GetCapabilitiesRequest request(String instance) {
        return GetCapabilitiesRequest.newBuilder().setInstanceName(instance).build();
    }
}
