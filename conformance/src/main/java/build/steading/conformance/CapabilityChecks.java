// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;

import build.bazel.remote.execution.v2.DigestFunction;
import build.bazel.remote.execution.v2.SymlinkAbsolutePathStrategy;
import build.bazel.semver.SemVer;
import java.util.Comparator;
import java.util.List;

/// What the server says that it can do.
final class CapabilityChecks {
    private static final Comparator<SemVer> VERSIONS = Comparator.comparingInt(SemVer::getMajor)
            .thenComparingInt(SemVer::getMinor)
            .thenComparingInt(SemVer::getPatch);
    private static final SemVer TWO = SemVer.newBuilder().setMajor(2).build();

    private CapabilityChecks() {}

    static List<Check> all() {
        return List.of(
                must("C01", "The cache has a digest function, and no unknown one", CapabilityChecks::cacheFunctions),
                must("C02", "Execution has a digest function, one of its list", CapabilityChecks::executionFunction),
                must("C03", "Clients of version 2.0 are let in", CapabilityChecks::versions),
                should("C04", "What absolute symlinks may do is said", CapabilityChecks::symlinkStrategy),
                info("C05", "Limits, compressors and chunking", CapabilityChecks::limits),
                info("C06", "An unknown instance name", CapabilityChecks::unknownInstance),
                must("C07", "Clients need not say who they are", CapabilityChecks::withoutMetadata));
    }

    private static String cacheFunctions(Target target) {
        var functions = target.announced().getCacheCapabilities().getDigestFunctionsList();
        Expect.that(!functions.isEmpty(), "no digest function");
        Expect.that(!functions.contains(DigestFunction.Value.UNKNOWN), "an unknown one in %s", functions);
        return functions.toString();
    }

    private static String executionFunction(Target target) {
        if (!target.announced().hasExecutionCapabilities()) {
            throw new NotApplicable("executes nothing");
        }
        var execution = target.announced().getExecutionCapabilities();
        var function = execution.getDigestFunction();
        Expect.that(function != DigestFunction.Value.UNKNOWN, "the digest function is unknown");
        var list = execution.getDigestFunctionsList();
        Expect.that(list.isEmpty() || list.contains(function), "%s is not in %s", function, list);
        return function.toString();
    }

    private static String versions(Target target) {
        var announced = target.announced();
        var low = announced.getLowApiVersion();
        var high = announced.getHighApiVersion();
        Expect.that(VERSIONS.compare(low, high) <= 0, "%s is above %s", text(low), text(high));
        var oldest = announced.hasDeprecatedApiVersion() ? announced.getDeprecatedApiVersion() : low;
        Expect.that(VERSIONS.compare(oldest, TWO) <= 0, "the oldest version is %s", text(oldest));
        return "%s to %s".formatted(text(low), text(high));
    }

    private static String text(SemVer version) {
        return version.getMajor() + "." + version.getMinor();
    }

    private static String symlinkStrategy(Target target) {
        var strategy = target.announced().getCacheCapabilities().getSymlinkAbsolutePathStrategy();
        Expect.that(strategy != SymlinkAbsolutePathStrategy.Value.UNKNOWN, "unknown");
        return strategy.toString();
    }

    private static String limits(Target target) {
        var cache = target.announced().getCacheCapabilities();
        return "batch %d bytes, blob %d bytes, compressors %s, in batches %s, split %s, splice %s"
                .formatted(
                        cache.getMaxBatchTotalSizeBytes(),
                        cache.getMaxCasBlobSizeBytes(),
                        cache.getSupportedCompressorsList(),
                        cache.getSupportedBatchUpdateCompressorsList(),
                        cache.getSplitBlobSupport(),
                        cache.getSpliceBlobSupport());
    }

    private static String unknownInstance(Target target) throws Exception {
        var other = target.instance("no/such/instance");
        return Expect.describe(Expect.statusOf(other::announced));
    }

    private static String withoutMetadata(Target target) throws InterruptedException {
        var anonymous = target.anonymous();
        anonymous.announced();
        var blob = anonymous.blobs().put(Blob.random(100));
        Expect.equal("Content", blob.data(), anonymous.blobs().read(blob.digest()));
        return "";
    }
}
