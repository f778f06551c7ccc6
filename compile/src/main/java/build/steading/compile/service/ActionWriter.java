// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Platform;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Output;
import build.steading.compile.files.FileTable;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.platform.PlatformProperties;
import build.steading.tree.Trees;
import com.google.protobuf.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Writes compiles as actions: the compiler's call as it is, in a file system that holds all that it may read,
/// each file where it is on this machine. Thread-safe.
final class ActionWriter {
    private static final Duration TIMEOUT =
            Duration.newBuilder().setSeconds(3600).build();

    /// Goes to a directory, or gives it a name, before it runs a program.
    static final String CHANGER = "/usr/bin/env";

    /// The variable that names the directory where the compiler runs.
    private static final String DIRECTORY = "PWD";

    private final FileTable files;
    private final Trees trees;
    private final BlobStore blobs;
    private final Platform platform;

    ActionWriter(FileTable files, Trees trees, BlobStore blobs, Compiles.Settings machine) {
        this.files = files;
        this.trees = trees;
        this.blobs = blobs;
        this.platform = platform(machine);
    }

    /// @param outputs by the names that they have in the action's result
    record Written(Digest action, Map<String, Output> outputs) {}

    private static Platform platform(Compiles.Settings machine) {
        var properties = new TreeMap<String, String>();
        properties.put(PlatformProperties.FILE_SYSTEM, "input");
        // Programs are run as they are: on the same system and processor.
        properties.put(
                PlatformProperties.REQUIRES, "os == \"%s\" && arch == \"%s\"".formatted(machine.os(), machine.arch()));
        var platform = Platform.newBuilder();
        properties.forEach(
                (name, value) -> platform.addPropertiesBuilder().setName(name).setValue(value));
        return platform.build();
    }

    /// Returns whether a compile needs [#CHANGER].
    static boolean isChanged(TypedCommand command, Compile compile, Set<String> outputs) {
        return compile.environment().containsKey(DIRECTORY) || !isInside(command.directory(), outputs);
    }

    /// Returns whether all outputs are below the directory in which the compiler is called.
    private static boolean isInside(String directory, Set<String> outputs) {
        return outputs.stream().allMatch(place -> place.startsWith(directory + "/"));
    }

    /// Stores the action of a compile, with everything that it refers to but the contents of files.
    Written write(Work work) {
        var directory = work.command().directory();
        var isInside = isInside(directory, work.outputs().keySet());
        var outputs = new TreeMap<String, Output>();
        work.outputs()
                .forEach(
                        (place, output) -> outputs.put(place.substring(isInside ? directory.length() + 1 : 1), output));
        var command = command(work, outputs.keySet());
        if (isChanged(work.command(), work.compile(), work.outputs().keySet())) {
            command.addArguments(CHANGER);
        }
        if (isInside) {
            command.setWorkingDirectory(directory.substring(1));
        } else {
            // The protocol knows no outputs outside of the working directory.
            command.addAllArguments(List.of("-C", directory));
        }
        // Shells and sandboxes set it on their way.
        Optional.ofNullable(work.compile().environment().get(DIRECTORY))
                .ifPresent(name -> command.addArguments(DIRECTORY + "=" + name));
        command.addAllArguments(work.compile().argv());
        var action = Action.newBuilder()
                .setCommandDigest(Digests.toProto(Blobs.put(blobs, command.build())))
                .setInputRootDigest(Digests.toProto(inputs(work)))
                .setTimeout(TIMEOUT)
                .setPlatform(platform)
                .build();
        return new Written(Blobs.put(blobs, action), outputs);
    }

    private static Command.Builder command(Work work, Set<String> outputs) {
        var command = Command.newBuilder()
                .addAllOutputPaths(outputs)
                .setOutputDirectoryFormat(Command.OutputDirectoryFormat.TREE_AND_DIRECTORY);
        var environment = new TreeMap<>(work.compile().environment());
        environment.remove(DIRECTORY);
        environment.put("PATH", work.toolchain().path());
        environment.forEach((name, value) ->
                command.addEnvironmentVariablesBuilder().setName(name).setValue(value));
        return command;
    }

    private Digest inputs(Work work) {
        var draft = new FileSystemDraft(files);
        work.contents().forEach(draft::file);
        work.directories().forEach(draft::directory);
        return draft.store(trees);
    }
}
