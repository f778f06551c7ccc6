// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Platform;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Output;
import build.steading.compile.files.Content;
import build.steading.compile.files.FileTable;
import build.steading.compile.files.Reading;
import build.steading.compile.files.Route;
import build.steading.compile.files.Snapshot;
import build.steading.compile.files.View;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.platform.PlatformProperties;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Writes compiles as actions: the compiler's call as it is, in a file system that holds all that it may read,
/// each file where it is on this machine. Thread-safe.
final class ActionWriter {
    private static final Duration TIMEOUT =
            Duration.newBuilder().setSeconds(3600).build();

    /// Goes to a directory, or gives it a name, before it runs a program.
    static final String CHANGER = "/usr/bin/env";

    /// What actions bring along, by its name below the input root.
    private static final String ENTRANCE = ".steading/steading-enter";

    private static final String LINKS = ".steading/links";

    /// The variable that names the directory where the compiler runs.
    private static final String DIRECTORY = "PWD";

    private final FileTable files;
    private final Trees trees;
    private final BlobStore blobs;
    private final Platform platform;
    private final Optional<Entrance> entrance;

    ActionWriter(FileTable files, Trees trees, BlobStore blobs, Compiles.Settings machine) {
        this.files = files;
        this.trees = trees;
        this.blobs = blobs;
        this.entrance = machine.entrance();
        this.platform = platform(entrance.map(Entrance::platform).orElseGet(() -> ours(machine)));
    }

    /// @param placement where its files are
    /// @param outputs by the names that they have in the action's result
    record Written(Digest action, Placement placement, Map<String, Output> outputs) {}

    /// Programs are run as they are: on the same system and processor.
    private static Map<String, String> ours(Compiles.Settings machine) {
        return Map.of(
                PlatformProperties.FILE_SYSTEM,
                "input",
                PlatformProperties.REQUIRES,
                "os == \"%s\" && arch == \"%s\"".formatted(machine.os(), machine.arch()));
    }

    private static Platform platform(Map<String, String> properties) {
        var platform = Platform.newBuilder();
        new TreeMap<>(properties)
                .forEach((name, value) ->
                        platform.addPropertiesBuilder().setName(name).setValue(value));
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
        var placement = placement(work);
        // The protocol knows no outputs outside of the working directory.
        var isInside = entrance.isEmpty()
                && isInside(work.command().directory(), work.outputs().keySet());
        var directory = placement.of(work.command().directory());
        var outputs = new TreeMap<String, Output>();
        work.outputs()
                .forEach((place, output) ->
                        outputs.put(placement.of(place).substring(isInside ? directory.length() + 1 : 1), output));
        var command = command(work, outputs.keySet());
        if (entrance.isPresent()) {
            command.addAllArguments(List.of(ENTRANCE, directory)).addAllOutputFiles(outputs.keySet());
        }
        if (isChanged(work.command(), work.compile(), work.outputs().keySet())) {
            command.addArguments(CHANGER);
        }
        if (isInside) {
            command.setWorkingDirectory(directory.substring(1));
        } else if (entrance.isEmpty()) {
            command.addAllArguments(List.of("-C", directory));
        }
        // Shells and sandboxes set it on their way.
        Optional.ofNullable(work.compile().environment().get(DIRECTORY))
                .ifPresent(name -> command.addArguments(DIRECTORY + "=" + name));
        command.addAllArguments(work.compile().argv());
        var action = Action.newBuilder()
                .setCommandDigest(Digests.toProto(Blobs.put(blobs, command.build())))
                .setInputRootDigest(Digests.toProto(inputs(work, placement)))
                .setTimeout(TIMEOUT)
                .setPlatform(platform)
                .build();
        return new Written(Blobs.put(blobs, action), placement, outputs);
    }

    /// Stores an action that differs from one that is stored in nothing but what is in some files.
    ///
    /// @param placement where the files of `action` are
    /// @return nothing if `action` has not these files at the places where they are now
    /// @throws SteadingException with `MissingBlobs` if a part of `action` is not in the store any more
    Optional<Digest> rewrite(Digest action, Placement placement, View view, List<Snapshot.Change> changes) {
        var before = read(action);
        var inputs = Digests.fromProto(before.getInputRootDigest());
        var root = inputs;
        for (var change : changes) {
            var path = view.route(change.name()).flatMap(route -> inTree(inputs, placement, route));
            var executable = change.content().executable();
            var stood = new Node.File(change.before(), executable);
            if (path.flatMap(at -> trees.find(inputs, at)).filter(stood::equals).isEmpty()) {
                return Optional.empty();
            }
            root = trees.replace(
                            root,
                            path.orElseThrow(),
                            new Node.File(change.content().digest(), executable))
                    .orElseThrow();
        }
        return Optional.of(Blobs.put(
                blobs,
                before.toBuilder().setInputRootDigest(Digests.toProto(root)).build()));
    }

    /// Returns the path in an input tree of what is at the end of a way, if the tree has the same way.
    private Optional<String> inTree(Digest root, Placement placement, Route route) {
        var same = route.links().stream()
                .allMatch(link -> trees.find(root, inside(placement, link.place()))
                        .filter(new Node.Link(link.target())::equals)
                        .isPresent());
        return same ? Optional.of(inside(placement, route.real())) : Optional.empty();
    }

    private static String inside(Placement placement, String real) {
        return placement.of(real).substring(1);
    }

    private Action read(Digest action) {
        try {
            return Action.parseFrom(Blobs.read(blobs, action));
        } catch (InvalidProtocolBufferException e) {
            throw SteadingException.unavailable("Blob `%s` is no action any more".formatted(action), e);
        }
    }

    private static Placement placement(Work work) {
        var near = new HashSet<>(work.outputs().keySet());
        var far = new HashSet<String>();
        for (var names : List.of(work.contents().keySet(), work.directories(), work.near())) {
            for (var name : names) {
                work.view().route(name).ifPresent(route -> {
                    var side = work.near().contains(name) ? near : far;
                    side.add(route.real());
                    route.links().forEach(link -> side.add(link.place()));
                    // Where a link leads by its own absolute name, files must stay.
                    route.links().stream()
                            .map(Route.Link::target)
                            .filter(target -> target.startsWith("/"))
                            .forEach(far::add);
                });
            }
        }
        far.remove(work.command().directory());
        return Placement.of(work.command(), work.compile(), near, far);
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

    private Digest inputs(Work work, Placement placement) {
        var links = entrance.map(_ -> (SortedMap<String, String>) new TreeMap<String, String>());
        var draft = new FileSystemDraft(work.view(), placement, links);
        work.contents().forEach(draft::file);
        work.directories().forEach(draft::directory);
        entrance.ifPresent(each -> {
            draft.add(ENTRANCE, content(each.program()).digest(), true);
            draft.add(LINKS, Blobs.put(blobs, text(links.orElseThrow())), false);
        });
        return draft.store(trees);
    }

    /// Names and where they lead, each with a NUL behind it. Most servers refuse links that lead out of their
    /// directory.
    private static byte[] text(SortedMap<String, String> links) {
        var text = new StringBuilder();
        links.forEach((place, target) ->
                text.append(place).append('\0').append(target).append('\0'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private Content content(Path program) {
        var name = program.toString();
        if (!(files.read(name) instanceof Reading.File(var content))) {
            throw SteadingException.notFound("`%s` is no file", name);
        }
        files.keep(Map.of(name, content));
        return content;
    }
}
