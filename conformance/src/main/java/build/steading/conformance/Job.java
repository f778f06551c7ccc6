// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Command.EnvironmentVariable;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.Platform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// An action in the making. No two are the same, unless one is put together twice. Not thread-safe.
final class Job {
    private final Command.Builder command = Command.newBuilder();
    private final Action.Builder action = Action.newBuilder();
    private final Map<String, String> environment =
            new TreeMap<>(Map.of("CHECK", UUID.randomUUID().toString(), "PATH", "/usr/bin:/bin"));
    private Folder input = new Folder();

    /// Returns a job that runs a script in the shell that every machine has.
    static Job sh(String script) {
        return run("/bin/sh", "-c", script);
    }

    static Job run(String... arguments) {
        var job = new Job();
        job.command.addAllArguments(List.of(arguments));
        return job;
    }

    Job input(Folder folder) {
        input = folder;
        return this;
    }

    Job env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /// Gives the job outputs as clients of version 2.1 and later do.
    Job paths(String... paths) {
        command.addAllOutputPaths(List.of(paths).stream().sorted().toList());
        return this;
    }

    Job files(String... paths) {
        command.addAllOutputFiles(List.of(paths).stream().sorted().toList());
        return this;
    }

    Job folders(String... paths) {
        command.addAllOutputDirectories(List.of(paths).stream().sorted().toList());
        return this;
    }

    Job format(Command.OutputDirectoryFormat format) {
        command.setOutputDirectoryFormat(format);
        return this;
    }

    Job properties(String... names) {
        command.addAllOutputNodeProperties(List.of(names));
        return this;
    }

    Job in(String workingDirectory) {
        command.setWorkingDirectory(workingDirectory);
        return this;
    }

    Job timeout(Duration timeout) {
        action.setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(timeout.toSeconds()));
        return this;
    }

    Job doNotCache() {
        action.setDoNotCache(true);
        return this;
    }

    /// Asks for a machine with a property, wherever servers look for that.
    Job platform(String name, String value) {
        var platform = Platform.newBuilder()
                .addProperties(Platform.Property.newBuilder().setName(name).setValue(value));
        action.setPlatform(platform);
        command.setPlatform(platform);
        return this;
    }

    Blob commandBlob() {
        var made = command.clone();
        environment.forEach((name, value) -> made.addEnvironmentVariables(
                EnvironmentVariable.newBuilder().setName(name).setValue(value)));
        return Blob.of(made.build());
    }

    Blob actionBlob() {
        return Blob.of(action.clone()
                .setCommandDigest(commandBlob().digest())
                .setInputRootDigest(input.digest())
                .build());
    }

    Digest digest() {
        return actionBlob().digest();
    }

    List<Blob> blobs() {
        var all = new ArrayList<>(input.blobs());
        all.add(commandBlob());
        all.add(actionBlob());
        return all;
    }
}
