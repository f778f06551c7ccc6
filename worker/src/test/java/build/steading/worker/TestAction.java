// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.NodeProperties;
import build.bazel.remote.execution.v2.Platform;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.tree.DirectoryBuilder;
import com.google.protobuf.Duration;
import com.google.protobuf.MessageLite;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Builds actions.
public final class TestAction {
    private final BlobStore blobs;
    private final Command.Builder command = Command.newBuilder();
    private final Action.Builder action = Action.newBuilder();
    private final Platform.Builder platform = Platform.newBuilder();
    private final Folder root = new Folder();
    private HashFunction function = HashFunction.SHA256;

    public TestAction(BlobStore blobs) {
        this.blobs = blobs;
    }

    /// A directory in the making.
    private static final class Folder {
        final DirectoryBuilder entries = new DirectoryBuilder();
        final Map<String, Folder> folders = new TreeMap<>();
        NodeProperties properties = NodeProperties.getDefaultInstance();

        Folder at(String path) {
            var folder = this;
            for (var part : path.isEmpty() ? new String[0] : path.split("/", -1)) {
                folder = folder.folders.computeIfAbsent(part, _ -> new Folder());
            }
            return folder;
        }
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// Names everything that is added from here on by `names`.
    TestAction by(HashFunction names) {
        function = names;
        return this;
    }

    public TestAction file(String path, String content) {
        var digest = Blobs.put(blobs, content.getBytes(StandardCharsets.UTF_8), function);
        root.at(parent(path)).entries.file(name(path), digest, false);
        return this;
    }

    TestAction file(String path, String content, NodeProperties properties) {
        var node = FileNode.newBuilder()
                .setName(name(path))
                .setDigest(Digests.toProto(Blobs.put(blobs, content.getBytes(StandardCharsets.UTF_8), function)))
                .setNodeProperties(properties);
        root.at(parent(path)).entries.put(name(path), node.build());
        return this;
    }

    TestAction link(String path, String target, NodeProperties properties) {
        var node =
                SymlinkNode.newBuilder().setName(name(path)).setTarget(target).setNodeProperties(properties);
        root.at(parent(path)).entries.put(name(path), node.build());
        return this;
    }

    TestAction folder(String path, NodeProperties properties) {
        root.at(path).properties = properties;
        return this;
    }

    TestAction file(String path, Digest digest) {
        root.at(parent(path)).entries.file(name(path), digest, false);
        return this;
    }

    public TestAction program(String path, String script) {
        var digest = Blobs.put(blobs, ("#!/bin/sh\n" + script).getBytes(StandardCharsets.UTF_8), function);
        root.at(parent(path)).entries.file(name(path), digest, true);
        return this;
    }

    TestAction program(String path, Digest digest) {
        root.at(parent(path)).entries.file(name(path), digest, true);
        return this;
    }

    public TestAction link(String path, String target) {
        root.at(parent(path)).entries.symlink(name(path), target);
        return this;
    }

    public TestAction folder(String path) {
        root.at(path);
        return this;
    }

    public TestAction shell(String script) {
        return run("/bin/sh", "-c", script);
    }

    TestAction run(String... arguments) {
        command.clearArguments();
        for (var argument : arguments) {
            command.addArguments(argument);
        }
        return this;
    }

    public TestAction outputs(String... paths) {
        for (var path : paths) {
            command.addOutputPaths(path);
        }
        return this;
    }

    TestAction command(Consumer<Command.Builder> change) {
        change.accept(command);
        return this;
    }

    TestAction environment(String name, String value) {
        command.addEnvironmentVariablesBuilder().setName(name).setValue(value);
        return this;
    }

    TestAction property(String name, String value) {
        platform.addPropertiesBuilder().setName(name).setValue(value);
        return this;
    }

    TestAction timeout(java.time.Duration limit) {
        action.setTimeout(Duration.newBuilder().setSeconds(limit.getSeconds()).setNanos(limit.getNano()));
        return this;
    }

    /// Stores the input tree.
    public Digest tree() {
        return tree(root);
    }

    private Digest tree(Folder folder) {
        var directory = folder.entries;
        folder.folders.forEach((name, sub) -> directory.directory(name, tree(sub)));
        var made = directory.build();
        return put(
                folder.properties.equals(NodeProperties.getDefaultInstance())
                        ? made
                        : made.toBuilder().setNodeProperties(folder.properties).build());
    }

    /// Stores everything.
    public Digest store() {
        return put(action.setCommandDigest(Digests.toProto(put(command.build())))
                .setInputRootDigest(Digests.toProto(tree()))
                .setPlatform(platform)
                .build());
    }

    private Digest put(MessageLite message) {
        return Blobs.put(blobs, message.toByteArray(), function);
    }

    static Directory withSub(String name, Digest digest) {
        return Directory.newBuilder()
                .addDirectories(DirectoryNode.newBuilder().setName(name).setDigest(Digests.toProto(digest)))
                .build();
    }
}
