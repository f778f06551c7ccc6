// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.Tree;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.tree.DirectoryBuilder;
import build.steading.worker.output.Entry.Given;
import build.steading.worker.output.Entry.Link;
import build.steading.worker.output.Entry.Special;
import build.steading.worker.output.Entry.Sub;
import build.steading.worker.output.Entry.Written;
import java.io.ByteArrayInputStream;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Stores one output directory: its files, a `Directory` of each directory, and the `Tree` of them all. Equal
/// content gives equal bytes. Not thread-safe.
final class TreeKeeper {
    private final FileKeeper files;

    /// Every directory after those in it.
    private final SequencedMap<Digest, Directory> directories = new LinkedHashMap<>();

    TreeKeeper(FileKeeper files) {
        this.files = files;
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
                case Written written -> builder.file(name, files.keep(written.file()), written.executable());
                case Given(var node) ->
                    builder.file(name, Digests.fromProto(node.getDigest(), files.function()), node.getIsExecutable());
                case Link(var target) -> builder.symlink(name, target);
                case Sub(var sub) -> builder.directory(name, store(path + "/" + name, sub));
                case Special(var kind) ->
                    throw SteadingException.invalid(
                            "Output `%s/%s` is %s, but only files, directories and symbolic links can be outputs",
                            path, name, kind);
            }
        });
        var made = builder.build();
        var digest = files.function().of(made.toByteArray());
        directories.putIfAbsent(digest, made);
        return digest;
    }
}
