// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.project.TaskInstance;
import build.steading.tree.Globs;
import build.steading.tree.Trees;
import com.google.protobuf.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// Turns a task into the action that it is: command, input tree, environment and platform, and nothing else.
final class ActionMaker {
    private final BlobStore blobs;
    private final Trees trees;
    private final Platforms platforms;

    ActionMaker(BlobStore blobs, Trees trees, Platforms platforms) {
        this.blobs = blobs;
        this.trees = trees;
        this.platforms = platforms;
    }

    /// Stores the action of a task with everything that it refers to.
    ///
    /// @param root digest of the project's top `Directory`
    /// @param needed digests of the output trees of the tasks it needs
    /// @return the digest of the `Action`
    Digest make(TaskInstance task, Digest root, List<Digest> needed) {
        var inputs = trees.select(root, Globs.of(task.inputs()));
        for (var outputs : needed) {
            inputs = trees.merge(inputs, outputs);
        }
        var action = Action.newBuilder()
                .setCommandDigest(Digests.toProto(Blobs.put(blobs, command(task))))
                .setInputRootDigest(Digests.toProto(inputs))
                .setTimeout(Duration.newBuilder().setSeconds(task.timeout().toSeconds()))
                .setPlatform(platforms.of(task))
                .build();
        return Blobs.put(blobs, action);
    }

    private Command command(TaskInstance task) {
        var command = Command.newBuilder()
                .addAllArguments(arguments(task))
                .addAllOutputPaths(outputPaths(task.outputs()))
                .setOutputDirectoryFormat(Command.OutputDirectoryFormat.TREE_AND_DIRECTORY);
        if (platforms.oldOutputs()) {
            addOldOutputs(command);
        }
        var environment = new TreeMap<>(platforms.environment());
        environment.putAll(task.environment());
        environment.forEach((name, value) ->
                command.addEnvironmentVariablesBuilder().setName(name).setValue(value));
        return command.build();
    }

    /// Nobody knows whether an output will be a file or a directory, but what it is in is a directory for
    /// certain: of that, the rest is left out afterwards. At the top it is taken for a file. Servers that know
    /// the newer form take that alone.
    private static void addOldOutputs(Command.Builder command) {
        var files = new TreeSet<String>();
        var directories = new TreeSet<String>();
        for (var path : command.getOutputPathsList()) {
            var parent = path.lastIndexOf('/');
            if (path.isEmpty() || parent > 0) {
                directories.add(path.substring(0, Math.max(parent, 0)));
            } else {
                files.add(path);
            }
        }
        command.addAllOutputFiles(files).addAllOutputDirectories(directories);
    }

    /// Outputs are relative to the project's directory, therefore the command goes to its own directory by
    /// itself.
    private static List<String> arguments(TaskInstance task) {
        if (task.directory().isEmpty()) {
            return task.command();
        }
        var arguments = new ArrayList<>(List.of("/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", task.directory()));
        arguments.addAll(task.command());
        return arguments;
    }

    /// The protocol knows plain paths only: a pattern is covered by the directory that all its matches are in.
    static List<String> outputPaths(List<String> outputs) {
        var paths = new TreeSet<>(Globs.of(outputs).anchors());
        return paths.contains("") ? List.of("") : List.copyOf(paths);
    }
}
