// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.bazel.remote.execution.v2.Tree;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.tree.DirectoryBuilder;
import build.steading.tree.NodeTraits;
import build.steading.worker.output.Entry.Given;
import build.steading.worker.output.Entry.Link;
import build.steading.worker.output.Entry.Special;
import build.steading.worker.output.Entry.Sub;
import build.steading.worker.output.Entry.Written;
import java.io.ByteArrayInputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Stores one output directory: its files, a `Directory` of each directory, and the `Tree` of them all. Equal
/// content gives equal bytes. Not thread-safe.
final class TreeKeeper {
    private final FileKeeper files;
    private final List<String> properties;

    /// Every directory after those in it.
    private final SequencedMap<Digest, Directory> directories = new LinkedHashMap<>();

    /// @param properties what is to be told of all that is in it
    TreeKeeper(FileKeeper files, List<String> properties) {
        this.files = files;
        this.properties = properties;
    }

    /// @param path how the result calls the directory
    /// @throws SteadingException with `Invalid` if something in it is no file, directory or symbolic link
    OutputDirectory keep(String path, MergedDirectory directory) {
        var root = store(path, directory);
        var tree = Tree.newBuilder().setRoot(directories.get(root));
        directories.reversed().forEach((digest, child) -> {
            if (!digest.equals(root)) {
                tree.addChildren(child);
            }
        });
        keepDirectories();
        return OutputDirectory.newBuilder()
                .setPath(path)
                .setTreeDigest(
                        Digests.toProto(Blobs.put(files.blobs(), tree.build().toByteArray(), files.function())))
                .setIsTopologicallySorted(true)
                .setRootDirectoryDigest(Digests.toProto(root))
                .build();
    }

    private void keepDirectories() {
        var blobs = files.blobs();
        var missing = blobs.findMissing(directories.keySet());
        directories.forEach((digest, directory) -> {
            if (missing.contains(digest)) {
                blobs.put(digest, new ByteArrayInputStream(directory.toByteArray()));
            }
        });
    }

    private Digest store(String path, MergedDirectory directory) {
        var builder = new DirectoryBuilder();
        directory.entries().forEach((name, entry) -> {
            switch (entry) {
                case Written written ->
                    builder.put(
                            name,
                            file(name, Digests.toProto(files.keep(written.file())), written.traits())
                                    .setIsExecutable(written.executable())
                                    .build());
                case Given given ->
                    builder.put(
                            name,
                            file(name, given.node().getDigest(), given.traits())
                                    .setIsExecutable(given.node().getIsExecutable())
                                    .build());
                case Link link -> builder.put(name, symlink(name, link));
                case Sub(var sub) -> builder.directory(name, store(path + "/" + name, sub));
                case Special(var kind) ->
                    throw SteadingException.invalid(
                            "Output `%s/%s` is %s, but only files, directories and symbolic links can be outputs",
                            path, name, kind);
            }
        });
        var made = withTraits(builder.build(), directory.traits());
        var digest = files.function().of(made.toByteArray());
        directories.putIfAbsent(digest, made);
        return digest;
    }

    private FileNode.Builder file(String name, build.bazel.remote.execution.v2.Digest digest, NodeTraits traits) {
        var node = FileNode.newBuilder().setName(name).setDigest(digest);
        return properties.isEmpty() ? node : node.setNodeProperties(traits.toProto(properties));
    }

    private SymlinkNode symlink(String name, Link link) {
        var node = SymlinkNode.newBuilder().setName(name).setTarget(link.target());
        if (!properties.isEmpty()) {
            node.setNodeProperties(link.traits().toProto(properties));
        }
        return node.build();
    }

    private Directory withTraits(Directory directory, NodeTraits traits) {
        return properties.isEmpty()
                ? directory
                : directory.toBuilder()
                        .setNodeProperties(traits.toProto(properties))
                        .build();
    }
}
