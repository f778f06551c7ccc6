// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.NodeProperties;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.WarmDirectory;
import build.steading.tree.DirectoryBuilder;
import build.steading.worker.input.Directories;
import build.steading.worker.output.Entry.Given;
import build.steading.worker.output.Entry.Link;
import build.steading.worker.output.Entry.Special;
import build.steading.worker.output.Entry.Sub;
import build.steading.worker.output.Entry.Written;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Stores what a task's warm directories hold after a success, with the times of the files. What the input tree
/// brings along anyway is left out, and so is what cannot be stored. Not thread-safe.
public final class WarmOutputs {
    private final Finder finder;
    private final FileKeeper files;
    private final Directories directories;
    private final Digest inputRoot;

    public WarmOutputs(Finder finder, FileKeeper files, Directories directories, Digest inputRoot) {
        this.finder = finder;
        this.files = files;
        this.directories = directories;
        this.inputRoot = inputRoot;
    }

    /// Returns those of `warm` that are directories still, with what they hold now.
    public List<WarmDirectory> save(List<WarmDirectory> warm) {
        return warm.stream().flatMap(each -> save(each).stream()).toList();
    }

    private Optional<WarmDirectory> save(WarmDirectory warm) {
        return finder.find(warm.path())
                .filter(Sub.class::isInstance)
                .map(entry -> store(((Sub) entry).directory(), inputs(warm.path())))
                .map(tree -> new WarmDirectory(warm.path(), tree, inputRoot));
    }

    private Optional<Directory> inputs(String path) {
        var directory = Optional.of(directories.read(inputRoot));
        for (var name : path.split("/", -1)) {
            directory = directory.flatMap(parent -> sub(parent, name));
        }
        return directory;
    }

    private Optional<Directory> sub(Directory parent, String name) {
        return parent.getDirectoriesList().stream()
                .filter(node -> node.getName().equals(name))
                .findFirst()
                .map(node -> directories.read(Digests.fromProto(node.getDigest(), files.function())));
    }

    private Digest store(MergedDirectory directory, Optional<Directory> inputs) {
        var builder = new DirectoryBuilder();
        Map<String, DirectoryNode> given = new HashMap<>();
        Set<String> skipped = new HashSet<>();
        inputs.ifPresent(input -> {
            input.getFilesList().forEach(node -> skipped.add(node.getName()));
            input.getSymlinksList().forEach(node -> skipped.add(node.getName()));
            input.getDirectoriesList().forEach(node -> given.put(node.getName(), node));
        });
        directory.entries().forEach((name, entry) -> {
            if (skipped.contains(name)) {
                return;
            }
            switch (entry) {
                case Written written -> builder.put(name, node(name, written));
                case Given(var node) -> builder.put(name, node);
                case Link(var target, var _) -> builder.symlink(name, target);
                case Sub(var sub) ->
                    builder.directory(
                            name,
                            store(
                                    sub,
                                    Optional.ofNullable(given.get(name))
                                            .map(node -> directories.read(
                                                    Digests.fromProto(node.getDigest(), files.function())))));
                case Special _ -> {
                    // A FIFO or a socket means nothing to the next run.
                }
            }
        });
        return Blobs.put(files.blobs(), builder.build().toByteArray(), files.function());
    }

    private FileNode node(String name, Written written) {
        return FileNode.newBuilder()
                .setName(name)
                .setDigest(Digests.toProto(files.keep(written.file())))
                .setIsExecutable(written.executable())
                .setNodeProperties(NodeProperties.newBuilder().setMtime(timestamp(written.modified())))
                .build();
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
