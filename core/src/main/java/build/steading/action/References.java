// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.Tree;
import build.steading.api.v1.ExecutionDetails;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Finds which blobs a result and the trees and directories below it name, and remembers what the trees and
/// directories that were used last name: they never change. Thread-safe.
final class References {
    /// A tree or directory of more bytes than this is not looked into.
    private static final long MAX_TREE_BYTES = 256L << 20;

    private final BlobStore blobs;
    private final int maxDigests;

    @GuardedBy("this")
    private final LinkedHashMap<Node, Level> remembered = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private int digests;

    /// A blob to look into.
    ///
    /// @param tree whether it is a `Tree`, else it is a `Directory`
    record Node(Digest digest, boolean tree) {}

    /// The blobs that something names, by what is to be found in them.
    record Level(Set<Digest> files, Set<Digest> trees, Set<Digest> directories) {
        Level() {
            this(new HashSet<>(), new HashSet<>(), new HashSet<>());
        }

        static Level ofDirectory(Digest directory) {
            return new Level(Set.of(), Set.of(), Set.of(directory));
        }

        /// Returns a new set of them all.
        Set<Digest> all() {
            var all = new HashSet<>(files);
            all.addAll(trees);
            all.addAll(directories);
            return all;
        }

        boolean isEmpty() {
            return size() == 0;
        }

        private int size() {
            return files.size() + trees.size() + directories.size();
        }

        private void add(Level other) {
            files.addAll(other.files);
            trees.addAll(other.trees);
            directories.addAll(other.directories);
        }

        private void addFiles(List<FileNode> nodes, HashFunction function) {
            nodes.forEach(node -> files.add(Digests.fromProto(node.getDigest(), function)));
        }
    }

    /// @param maxDigests how many digests are remembered; one takes up about 150 bytes
    References(BlobStore blobs, int maxDigests) {
        this.blobs = blobs;
        this.maxDigests = maxDigests;
    }

    /// Returns the blobs that the result itself names.
    ///
    /// @param function that of the action
    /// @throws SteadingException with `Invalid` if it names something that is no digest
    static Level of(ActionResult result, HashFunction function) {
        var level = new Level();
        result.getOutputFilesList().forEach(file -> level.files.add(Digests.fromProto(file.getDigest(), function)));
        if (result.hasStdoutDigest()) {
            level.files.add(Digests.fromProto(result.getStdoutDigest(), function));
        }
        if (result.hasStderrDigest()) {
            level.files.add(Digests.fromProto(result.getStderrDigest(), function));
        }
        logOf(result).ifPresent(level.files::add);
        for (var directory : result.getOutputDirectoriesList()) {
            if (directory.hasRootDirectoryDigest()) {
                level.directories.add(Digests.fromProto(directory.getRootDirectoryDigest(), function));
            }
            if (directory.hasTreeDigest() || !directory.hasRootDirectoryDigest()) {
                level.trees.add(Digests.fromProto(directory.getTreeDigest(), function));
            }
        }
        return level;
    }

    /// Logs are named by SHA-256, whatever names the action.
    private static Optional<Digest> logOf(ActionResult result) {
        for (var detail : result.getExecutionMetadata().getAuxiliaryMetadataList()) {
            if (detail.is(ExecutionDetails.class)) {
                try {
                    var details = detail.unpack(ExecutionDetails.class);
                    return details.hasLogDigest()
                            ? Optional.of(Digests.fromProto(details.getLogDigest()))
                            : Optional.empty();
                } catch (InvalidProtocolBufferException _) {
                    throw SteadingException.invalid("The details of an execution are no `ExecutionDetails`");
                }
            }
        }
        return Optional.empty();
    }

    /// Returns the blobs that the trees and directories of a level name.
    ///
    /// @param visited those that were looked into before, and are not again; those of this level are added
    /// @throws SteadingException with `Invalid` if one is no tree or directory, `MissingBlobs` if one has
    ///     vanished, `Unavailable` if the medium fails
    Level below(Level level, Set<Node> visited) {
        var below = new Level();
        Stream.concat(
                        level.trees.stream().map(digest -> new Node(digest, true)),
                        level.directories.stream().map(digest -> new Node(digest, false)))
                .filter(visited::add)
                .forEach(node -> below.add(named(node)));
        return below;
    }

    private Level named(Node node) {
        var known = recall(node);
        if (known.isPresent()) {
            return known.get();
        }
        if (node.digest().sizeBytes() > MAX_TREE_BYTES) {
            throw SteadingException.invalid("Directory `%s` is too large to be looked into", node.digest());
        }
        try {
            var bytes = read(node.digest());
            var function = node.digest().function();
            var level = node.tree()
                    ? ofTree(Tree.parseFrom(bytes), function)
                    : ofDirectory(Directory.parseFrom(bytes), function);
            remember(node, level);
            return level;
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is no directory", node.digest());
        }
    }

    private byte[] read(Digest digest) {
        try {
            return Blobs.read(blobs, digest);
        } catch (SteadingException e) {
            // Its bytes may have been bad: then it is gone now.
            var missing = blobs.findMissing(Set.of(digest));
            throw missing.isEmpty() ? e : new SteadingException(new Failure.MissingBlobs(missing), e);
        }
    }

    private static Level ofTree(Tree tree, HashFunction function) {
        var level = new Level();
        level.addFiles(tree.getRoot().getFilesList(), function);
        tree.getChildrenList().forEach(directory -> level.addFiles(directory.getFilesList(), function));
        return level;
    }

    private static Level ofDirectory(Directory directory, HashFunction function) {
        var level = new Level();
        level.addFiles(directory.getFilesList(), function);
        directory
                .getDirectoriesList()
                .forEach(node -> level.directories.add(Digests.fromProto(node.getDigest(), function)));
        return level;
    }

    private synchronized Optional<Level> recall(Node node) {
        return Optional.ofNullable(remembered.get(node));
    }

    private synchronized void remember(Node node, Level level) {
        if (level.size() < maxDigests && remembered.putIfAbsent(node, level) == null) {
            digests += level.size() + 1;
        }
        while (digests > maxDigests) {
            digests -= remembered.pollFirstEntry().getValue().size() + 1;
        }
    }
}
