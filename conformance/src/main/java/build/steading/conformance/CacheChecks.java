// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.PERMISSION_DENIED;
import static io.grpc.Status.Code.UNIMPLEMENTED;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.Tree;
import java.util.List;

/// Results of actions.
final class CacheChecks {
    private CacheChecks() {}

    static List<Check> all() {
        return List.of(
                must("A01", "An action without a result is not found", CacheChecks::miss),
                must("A02", "A result that is written can be read", CacheChecks::roundTrip),
                should("A03", "A result whose file is missing is not served", CacheChecks::missingFile),
                should("A04", "A result whose tree has a missing file is not served", CacheChecks::missingInTree),
                should("A05", "A result whose output text is missing is not served", CacheChecks::missingText),
                should("A06", "A later result goes before an earlier one", CacheChecks::overwrites),
                info("A07", "Whether output text comes inline", CacheChecks::inline),
                info("A08", "A result of an action that is not there", CacheChecks::withoutAction),
                must("A09", "A result is not found by another size of its action", CacheChecks::otherSize),
                must("116", "Clients that may not write results are told so", CacheChecks::mayNotWrite));
    }

    private static Job uploaded(Target target) throws InterruptedException {
        var job = Job.sh("true").paths("f");
        target.blobs().put(job.blobs());
        return job;
    }

    private static ActionResult result(String worker, Digest file) {
        return ActionResult.newBuilder()
                .addOutputFiles(OutputFile.newBuilder().setPath("f").setDigest(file))
                .setExecutionMetadata(ExecutedActionMetadata.newBuilder().setWorker(worker))
                .build();
    }

    private static String miss(Target target) throws Exception {
        return Expect.refused(() -> target.jobs().cached(Blob.nowhere(150)), NOT_FOUND);
    }

    private static String roundTrip(Target target) throws InterruptedException {
        target.jobs().mayStore();
        var action = uploaded(target).digest();
        var file = target.blobs().put(Blob.random(50)).digest();
        target.jobs().store(action, result("w1", file));
        Expect.equal("Result", result("w1", file), target.jobs().cached(action));
        return "";
    }

    /// A server may refuse such a result, or keep it to itself.
    private static String notServed(Target target, ActionResult result) throws Exception {
        target.jobs().mayStore();
        var action = uploaded(target).digest();
        var stored = Expect.statusOf(() -> target.jobs().store(action, result));
        return Expect.describe(stored) + "; "
                + Expect.refused(() -> target.jobs().cached(action), NOT_FOUND);
    }

    private static String missingFile(Target target) throws Exception {
        return notServed(target, result("w", Blob.nowhere(50)));
    }

    private static String missingInTree(Target target) throws Exception {
        var child = new Folder().absent("gone", Blob.nowhere(50), false).message();
        var root = new Folder().absentFolder("child", Blob.of(child).digest()).message();
        var tree = Blob.of(Tree.newBuilder().setRoot(root).addChildren(child).build());
        target.blobs().put(List.of(tree, Blob.of(child), Blob.of(root)));
        var directory = OutputDirectory.newBuilder().setPath("d").setTreeDigest(tree.digest());
        return notServed(
                target,
                ActionResult.newBuilder().addOutputDirectories(directory).build());
    }

    private static String missingText(Target target) throws Exception {
        return notServed(
                target,
                ActionResult.newBuilder().setStdoutDigest(Blob.nowhere(50)).build());
    }

    private static String overwrites(Target target) throws InterruptedException {
        target.jobs().mayStore();
        var action = uploaded(target).digest();
        var file = target.blobs().put(Blob.random(50)).digest();
        target.jobs().store(action, result("w1", file));
        target.jobs().store(action, result("w2", file));
        Expect.equal(
                "Worker",
                "w2",
                target.jobs().cached(action).getExecutionMetadata().getWorker());
        return "";
    }

    private static String inline(Target target) throws InterruptedException {
        var job = Job.sh("echo hello");
        target.jobs().succeed(job);
        var with = target.results()
                .getActionResult(GetActionResultRequest.newBuilder()
                        .setInstanceName(target.instance())
                        .setActionDigest(job.digest())
                        .setInlineStdout(true)
                        .build());
        return "asked for: %s; else: %s"
                .formatted(text(with), text(target.jobs().cached(job.digest())));
    }

    static String text(ActionResult result) {
        return "%d bytes inline, %s digest"
                .formatted(result.getStdoutRaw().size(), result.hasStdoutDigest() ? "a" : "no");
    }

    private static String withoutAction(Target target) throws Exception {
        target.jobs().mayStore();
        var file = target.blobs().put(Blob.random(50)).digest();
        return Expect.describe(Expect.statusOf(() -> target.jobs().store(Blob.nowhere(150), result("w", file))));
    }

    private static String otherSize(Target target) throws Exception {
        var job = Job.sh("true");
        target.jobs().succeed(job);
        target.jobs().cached(job.digest());
        var other = Blob.resized(job.digest(), 1);
        return Expect.refused(() -> target.jobs().cached(other), NOT_FOUND, INVALID_ARGUMENT);
    }

    private static String mayNotWrite(Target target) throws Exception {
        var cache = target.announced().getCacheCapabilities();
        if (cache.getActionCacheUpdateCapabilities().getUpdateEnabled()) {
            throw new NotApplicable("this client may write results");
        }
        var action = uploaded(target).digest();
        var result = ActionResult.getDefaultInstance();
        return Expect.refused(() -> target.jobs().store(action, result), PERMISSION_DENIED, UNIMPLEMENTED);
    }
}
