// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.ExecuteOperationMetadata;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.ExecutionStage;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.GetTreeRequest;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.Platform;
import build.bazel.remote.execution.v2.Tree;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/// Trees, actions and results that are none, or far from what anybody needs.
class HostileTreesTest extends HostileFixture {
    private static final List<String> NAMES =
            List.of("a", "a", "b", "", ".", "..", "../..", "/etc", "a/b", "a\0b", "\n", "-rf", "€", "x".repeat(5_000));

    @Test
    void anyTreeIsAnsweredInOrder() {
        forEachSeed(random -> {
            var root = tree(random, 4);
            var statuses = List.of(
                    getTree(root, random.nextInt(-1, 5), Integer.toString(random.nextInt(-2, 10))),
                    getTree(root, 0, ""),
                    execute(action(root, random)),
                    complete(result(root, random)));
            assertThat(statuses).allSatisfy(RawCall::assertOrderly);
        });
    }

    @Test
    void deepTreeIsWalkedToItsEnd() {
        var root = Directory.getDefaultInstance();
        for (var i = 0; i < 2_000; i++) {
            root = Directory.newBuilder()
                    .addDirectories(directory("d", Blobs.put(blobs, root)))
                    .build();
        }
        var digest = Blobs.put(blobs, root);

        assertThat(getTree(digest, 0, "").isOk()).isTrue();
        assertThat(getTree(digest, 0, "1999").isOk()).isTrue();
        var result = OutputDirectory.newBuilder().setPath("out").setRootDirectoryDigest(GrpcTest.proto(digest));
        assertThat(complete(result.build()).isOk()).isTrue();
    }

    /// A directory that no message holds cannot be shown; it can still be built with.
    @Test
    void wideDirectoryIsRefusedWhereItDoesNotFit() {
        var wide = Directory.newBuilder();
        for (var i = 0; i < 100_000; i++) {
            wide.addDirectories(directory("d" + i, Digest.EMPTY));
        }
        var digest = Blobs.put(blobs, wide.build());

        assertThat(getTree(digest, 0, "").getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(execute(Blobs.put(blobs, action(digest, Platform.getDefaultInstance())))
                        .isOk())
                .isTrue();
        var result = OutputDirectory.newBuilder().setPath("out").setRootDirectoryDigest(GrpcTest.proto(digest));
        assertThat(complete(result.build()).isOk()).isTrue();
        assertServes();
    }

    /// What claims to be an action is read into memory before anything else is known of it.
    @Test
    void hugeActionIsRefusedUnread() {
        var huge = Blobs.put(blobs, new byte[80 << 20]);
        var action = Action.newBuilder()
                .setCommandDigest(GrpcTest.proto(huge))
                .setInputRootDigest(GrpcTest.proto(Digest.EMPTY));

        for (var asked : List.of(huge, Blobs.put(blobs, action.build()))) {
            var status = execute(asked);
            assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status.getDescription()).contains("bytes");
        }
    }

    private Digest tree(Random random, int depth) {
        if (random.nextInt(10) == 0) {
            return Blobs.put(blobs, GrpcTest.bytes(random.nextInt(100), random.nextLong()));
        }
        var directory = Directory.newBuilder();
        for (var i = random.nextInt(6); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> directory.addFilesBuilder().setName(name(random)).setDigest(digest(random));
                case 1 -> directory.addSymlinksBuilder().setName(name(random)).setTarget(name(random));
                case 2 ->
                    directory.addDirectoriesBuilder().setName(name(random)).setDigest(digest(random));
                default -> {
                    if (depth > 0) {
                        directory.addDirectories(directory(name(random), tree(random, depth - 1)));
                    }
                }
            }
        }
        return Blobs.put(blobs, directory.build());
    }

    private Digest action(Digest root, Random random) {
        var platform = Platform.newBuilder();
        for (var i = random.nextInt(3); i > 0; i--) {
            platform.addPropertiesBuilder()
                    .setName(random.nextBoolean() ? "steading.requires" : name(random))
                    .setValue(random.nextBoolean() ? "((((" + name(random) : "os == \"linux\"");
        }
        return random.nextInt(8) == 0 ? root : Blobs.put(blobs, action(root, platform.build()));
    }

    private Action action(Digest root, Platform platform) {
        var command = Command.newBuilder().addArguments("true").setWorkingDirectory("../..");
        return Action.newBuilder()
                .setCommandDigest(GrpcTest.proto(Blobs.put(blobs, command.build())))
                .setInputRootDigest(GrpcTest.proto(root))
                .setPlatform(platform)
                .build();
    }

    private OutputDirectory result(Digest root, Random random) {
        var result = OutputDirectory.newBuilder().setPath(name(random));
        if (random.nextBoolean()) {
            result.setRootDirectoryDigest(GrpcTest.proto(root));
        }
        if (random.nextBoolean()) {
            var tree = Tree.newBuilder();
            tree.getRootBuilder().addFilesBuilder().setName(name(random)).setDigest(digest(random));
            result.setTreeDigest(GrpcTest.proto(Blobs.put(blobs, tree.build())));
        }
        return result.build();
    }

    private static DirectoryNode directory(String name, Digest digest) {
        return DirectoryNode.newBuilder()
                .setName(name)
                .setDigest(GrpcTest.proto(digest))
                .build();
    }

    private static String name(Random random) {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private static build.bazel.remote.execution.v2.Digest digest(Random random) {
        var right = Digest.of(GrpcTest.bytes(10, random.nextInt(20)));
        return switch (random.nextInt(6)) {
            case 0 -> build.bazel.remote.execution.v2.Digest.getDefaultInstance();
            case 1 -> GrpcTest.proto(right.hash(), random.nextLong());
            case 2 -> GrpcTest.proto("../../../../etc/passwd", 10);
            case 3 -> GrpcTest.proto(right.hash().replace(right.hash().charAt(0), '/'), 10);
            default -> GrpcTest.proto(right);
        };
    }

    private Status getTree(Digest root, int pageSize, String token) {
        var request = GetTreeRequest.newBuilder()
                .setRootDigest(GrpcTest.proto(root))
                .setPageSize(pageSize)
                .setPageToken(token);
        var call = new RawCall(channel, ContentAddressableStorageGrpc.getGetTreeMethod());
        call.send(request.build().toByteArray());
        call.halfClose();
        return call.ended();
    }

    /// Returns how an execution ends; `OK` if it only waits for a worker.
    private Status execute(Digest action) {
        var request = ExecuteRequest.newBuilder().setActionDigest(GrpcTest.proto(action));
        var call = ExecutionGrpc.newBlockingV2Stub(channel).execute(request.build());
        try {
            while (true) {
                var operation = Objects.requireNonNull(call.read(20, TimeUnit.SECONDS));
                if (operation.getDone()) {
                    var status = operation
                            .getResponse()
                            .unpack(ExecuteResponse.class)
                            .getStatus();
                    return Status.fromCodeValue(status.getCode()).withDescription(status.getMessage());
                }
                var metadata = operation.getMetadata().unpack(ExecuteOperationMetadata.class);
                if (metadata.getStage() == ExecutionStage.Value.QUEUED) {
                    return Status.OK;
                }
            }
        } catch (StatusException e) {
            return e.getStatus();
        } catch (InterruptedException | TimeoutException | InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        } finally {
            call.cancel("Had enough", null);
        }
    }

    /// Returns how it ends to store a result, or to ask for it.
    private Status complete(OutputDirectory output) {
        var action = GrpcTest.proto(Digest.of(output));
        var update = UpdateActionResultRequest.newBuilder()
                .setActionDigest(action)
                .setActionResult(ActionResult.newBuilder().addOutputDirectories(output));
        var updated = call(ActionCacheGrpc.getUpdateActionResultMethod(), update.build());
        var get = GetActionResultRequest.newBuilder().setActionDigest(action);
        return updated.isOk() ? call(ActionCacheGrpc.getGetActionResultMethod(), get.build()) : updated;
    }

    private Status call(MethodDescriptor<?, ?> method, Message request) {
        return RawCall.status(channel, method, List.of(request.toByteArray()));
    }
}
