// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionCacheGrpc.ActionCacheBlockingV2Stub;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.Tree;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.steading.action.CompleteActionCache;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.tree.DirectoryBuilder;
import io.grpc.Status;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActionCacheServiceTest extends GrpcTest {
    private final ActionCacheBlockingV2Stub stub = ActionCacheGrpc.newBlockingV2Stub(channel);
    private final Digest action = Digest.of(bytes(100, 1));

    @Test
    @DisplayName("A01: a miss is not found")
    void missIsNotFound() {
        assertFails(Status.Code.NOT_FOUND, () -> get(stub, action));
    }

    @Test
    @DisplayName("A02, A06: the last update counts")
    void lastUpdateCounts() throws Exception {
        update(stub, result("first"));
        assertThat(get(stub, action)).isEqualTo(result("first"));

        update(stub, result("second"));
        assertThat(get(stub, action)).isEqualTo(result("second"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"A03 file", "A04 tree", "A05 stdout"})
    void incompleteResultIsNotServed(String what) throws Exception {
        var complete = new CompleteActionCache(results, blobs);
        try (var whole = new InProcessServer(config(InstanceNames.ANY, true), blobs, complete, executor)) {
            var other = ActionCacheGrpc.newBlockingV2Stub(whole.channel());
            var content = bytes(10, 7);
            update(other, naming(what.substring(4), Digest.of(content)));
            assertFails(Status.Code.NOT_FOUND, () -> get(other, action));

            Blobs.put(blobs, content);

            assertThat(get(other, action)).isEqualTo(naming(what.substring(4), Digest.of(content)));
        }
    }

    @Test
    @DisplayName("A09: the right hash with the wrong size is another action")
    void sizeIsPartOfTheKey() throws Exception {
        update(stub, result("out"));

        assertFails(Status.Code.NOT_FOUND, () -> get(stub, new Digest(action.hash(), action.sizeBytes() + 1)));
    }

    @Test
    @DisplayName("116: where clients may not write results, they are refused")
    void updateCanBeForbidden() {
        try (var strict = new InProcessServer(config(InstanceNames.ANY, false), blobs, results, executor)) {
            var other = ActionCacheGrpc.newBlockingV2Stub(strict.channel());
            assertFails(Status.Code.PERMISSION_DENIED, () -> update(other, result("out")));
            assertFails(Status.Code.NOT_FOUND, () -> get(other, action));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../out", "a/../../b", "a/.."})
    void pathsThatLeadOutAreRefused(String path) {
        assertFails(Status.Code.INVALID_ARGUMENT, () -> update(stub, result(path)));
    }

    @Test
    void failuresAreNotRemembered() {
        var failed = ActionResult.newBuilder().setExitCode(1).build();

        assertFails(Status.Code.INVALID_ARGUMENT, () -> update(stub, failed));
    }

    private ActionResult naming(String what, Digest blob) {
        var result = ActionResult.newBuilder();
        return switch (what) {
            case "file" ->
                result.addOutputFiles(OutputFile.newBuilder().setPath("f").setDigest(proto(blob)))
                        .build();
            case "stdout" -> result.setStdoutDigest(proto(blob)).build();
            default -> {
                var root = new DirectoryBuilder().file("f", blob, false).build();
                var tree = Blobs.put(blobs, Tree.newBuilder().setRoot(root).build());
                yield result.addOutputDirectories(
                                OutputDirectory.newBuilder().setPath("d").setTreeDigest(proto(tree)))
                        .build();
            }
        };
    }

    private static ActionResult result(String path) {
        return ActionResult.newBuilder()
                .addOutputFiles(OutputFile.newBuilder().setPath(path).setDigest(proto(Digest.EMPTY)))
                .build();
    }

    private static ActionResult get(ActionCacheBlockingV2Stub stub, Digest action) throws Exception {
        return stub.getActionResult(GetActionResultRequest.newBuilder()
                .setActionDigest(proto(action))
                .build());
    }

    private void update(ActionCacheBlockingV2Stub to, ActionResult result) throws Exception {
        to.updateActionResult(UpdateActionResultRequest.newBuilder()
                .setActionDigest(proto(action))
                .setActionResult(result)
                .build());
    }
}
