// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.OutputSymlink;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.bazel.remote.execution.v2.Tree;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/// Reads trees from a blob store and makes new ones of them. Only what differs is read or written: an untouched
/// sub-directory is passed on by its digest. Thread-safe.
public final class Trees {
    /// The directory without entries.
    public static final Digest EMPTY = Digest.EMPTY;

    private final BlobStore blobs;

    private final long rememberedBytes;

    @GuardedBy("recent")
    private final LinkedHashMap<Digest, Directory> recent = new LinkedHashMap<>(64, 0.75f, true);

    @GuardedBy("recent")
    private long recentBytes;

    /// @param rememberedBytes how much to keep in memory at the most, as the sum of the sizes of the directories'
    ///     blobs; in the heap they take about five times as much
    public Trees(BlobStore blobs, long rememberedBytes) {
        this.blobs = blobs;
        this.rememberedBytes = rememberedBytes;
    }

    /// Returns a directory.
    ///
    /// @throws SteadingException with `MissingBlobs` if it is not in the store, `Invalid` if the blob is no
    ///     directory
    public Directory directory(Digest digest) {
        synchronized (recent) {
            var known = recent.get(digest);
            if (known != null) {
                return known;
            }
        }
        var directory = parse(digest);
        remember(digest, directory);
        return directory;
    }

    /// Stores a directory that was built just now, and returns its digest.
    public Digest put(Directory directory) {
        var digest = Blobs.put(blobs, directory);
        remember(digest, directory);
        return digest;
    }

    private void remember(Digest digest, Directory directory) {
        synchronized (recent) {
            if (recent.put(digest, directory) == null) {
                recentBytes += digest.sizeBytes();
            }
            while (recentBytes > rememberedBytes) {
                recentBytes -= recent.pollFirstEntry().getKey().sizeBytes();
            }
        }
    }

    /// Returns what stands at `path` below `root`; symbolic links are not followed.
    ///
    /// @param path `/` between its parts; empty for the root itself
    public Optional<Node> find(Digest root, String path) {
        Optional<Node> here = Optional.of(new Node.Folder(root));
        if (path.isEmpty()) {
            return here;
        }
        for (var name : path.split("/", -1)) {
            if (!(here.orElse(null) instanceof Node.Folder(var digest))) {
                return Optional.empty();
            }
            here = Optional.ofNullable(DirectoryBuilder.from(directory(digest)).get(name))
                    .map(Trees::node);
        }
        return here;
    }

    /// Returns the part of a tree that `globs` match. Directories without a match are left out.
    public Digest select(Digest root, Globs globs) {
        return select(root, "", globs);
    }

    private Digest select(Digest digest, String path, Globs globs) {
        var directory = directory(digest);
        var prefix = path.isEmpty() ? "" : path + "/";
        var selected = new DirectoryBuilder();
        forEachLeaf(directory, (name, leaf) -> {
            if (globs.matches(prefix + name)) {
                selected.put(name, leaf);
            }
        });
        for (var sub : directory.getDirectoriesList()) {
            switch (globs.below(prefix + sub.getName())) {
                case ALL -> selected.put(sub.getName(), sub);
                case NONE -> {}
                case SOME -> {
                    var inner = select(Digests.fromProto(sub.getDigest()), prefix + sub.getName(), globs);
                    if (!inner.equals(EMPTY)) {
                        selected.directory(sub.getName(), inner);
                    }
                }
            }
        }
        var made = selected.build();
        return made.equals(directory) ? digest : put(made);
    }

    /// Returns whether `globs` select anything of a tree. Nothing is stored for it.
    public boolean matches(Digest root, Globs globs) {
        return matches(root, "", globs);
    }

    private boolean matches(Digest digest, String path, Globs globs) {
        var directory = directory(digest);
        var prefix = path.isEmpty() ? "" : path + "/";
        return leafNames(directory).anyMatch(name -> globs.matches(prefix + name))
                || directory.getDirectoriesList().stream().anyMatch(sub -> switch (globs.below(
                        prefix + sub.getName())) {
                    case ALL -> true;
                    case NONE -> false;
                    case SOME -> matches(Digests.fromProto(sub.getDigest()), prefix + sub.getName(), globs);
                });
    }

    /// Returns the union of two trees. Where both have an entry, directories are merged and anything else is that
    /// of `upper`.
    public Digest merge(Digest lower, Digest upper) {
        if (lower.equals(upper) || upper.equals(EMPTY)) {
            return lower;
        }
        if (lower.equals(EMPTY)) {
            return upper;
        }
        var merged = DirectoryBuilder.from(directory(lower));
        var above = directory(upper);
        forEachLeaf(above, merged::put);
        for (var sub : above.getDirectoriesList()) {
            if (merged.get(sub.getName()) instanceof DirectoryNode below) {
                merged.directory(
                        sub.getName(), merge(Digests.fromProto(below.getDigest()), Digests.fromProto(sub.getDigest())));
            } else {
                merged.put(sub.getName(), sub);
            }
        }
        return put(merged.build());
    }

    /// Returns a tree with another file in place of the one at `path`; nothing if there is no file.
    ///
    /// @param path `/` between its parts
    public Optional<Digest> replace(Digest root, String path, Node.File file) {
        return replace(root, List.of(path.split("/", -1)), file);
    }

    private Optional<Digest> replace(Digest digest, List<String> path, Node.File file) {
        var directory = DirectoryBuilder.from(directory(digest));
        var name = path.getFirst();
        switch (directory.get(name)) {
            case FileNode before
            when path.size() == 1 ->
                directory.put(
                        name,
                        before.toBuilder()
                                .setDigest(Digests.toProto(file.digest()))
                                .setIsExecutable(file.executable())
                                .build());
            case DirectoryNode sub
            when path.size() > 1 -> {
                var below = replace(Digests.fromProto(sub.getDigest()), path.subList(1, path.size()), file);
                if (below.isEmpty()) {
                    return below;
                }
                directory.directory(name, below.get());
            }
            case null, default -> {
                return Optional.empty();
            }
        }
        return Optional.of(put(directory.build()));
    }

    /// Returns the outputs of an action as one tree, each at its own path.
    public Digest outputs(ActionResult result) {
        var draft = new TreeDraft();
        for (var folder : result.getOutputDirectoriesList()) {
            draft.put(folder.getPath(), new Node.Folder(rootOf(folder)));
        }
        for (var file : result.getOutputFilesList()) {
            draft.put(file.getPath(), new Node.File(Digests.fromProto(file.getDigest()), file.getIsExecutable()));
        }
        for (var link : links(result)) {
            draft.put(link.getPath(), new Node.Link(link.getTarget()));
        }
        return draft.store(this);
    }

    /// Returns every file and link below `root` by its path, in the order of paths.
    public Map<String, Node> leaves(Digest root) {
        var leaves = new LinkedHashMap<String, Node>();
        collect(root, "", leaves);
        return leaves;
    }

    private void collect(Digest digest, String prefix, Map<String, Node> leaves) {
        var directory = directory(digest);
        forEachLeaf(directory, (name, leaf) -> leaves.put(prefix + name, node(leaf)));
        for (var sub : directory.getDirectoriesList()) {
            collect(Digests.fromProto(sub.getDigest()), prefix + sub.getName() + "/", leaves);
        }
    }

    private static void forEachLeaf(Directory directory, BiConsumer<String, Message> action) {
        directory.getFilesList().forEach(file -> action.accept(file.getName(), file));
        directory.getSymlinksList().forEach(link -> action.accept(link.getName(), link));
    }

    private static Stream<String> leafNames(Directory directory) {
        return Stream.concat(
                directory.getFilesList().stream().map(FileNode::getName),
                directory.getSymlinksList().stream().map(SymlinkNode::getName));
    }

    private static List<OutputSymlink> links(ActionResult result) {
        var links = new ArrayList<>(result.getOutputSymlinksList());
        if (links.isEmpty()) {
            links.addAll(result.getOutputFileSymlinksList());
            links.addAll(result.getOutputDirectorySymlinksList());
        }
        return links;
    }

    /// Servers other than ours may give the tree in one blob only: its directories are stored one by one then.
    private Digest rootOf(OutputDirectory output) {
        if (output.hasRootDirectoryDigest()) {
            return Digests.fromProto(output.getRootDirectoryDigest());
        }
        var digest = Digests.fromProto(output.getTreeDigest());
        try {
            var tree = Tree.parseFrom(Blobs.read(blobs, digest));
            tree.getChildrenList().forEach(this::put);
            return put(tree.getRoot());
        } catch (InvalidProtocolBufferException e) {
            throw SteadingException.invalid("Blob `%s` is not a directory tree", digest);
        }
    }

    private Directory parse(Digest digest) {
        try {
            return Directory.parseFrom(Blobs.read(blobs, digest));
        } catch (InvalidProtocolBufferException e) {
            throw SteadingException.invalid("Blob `%s` is not a directory", digest);
        }
    }

    private static Node node(Message message) {
        return switch (message) {
            case FileNode file -> new Node.File(Digests.fromProto(file.getDigest()), file.getIsExecutable());
            case DirectoryNode folder -> new Node.Folder(Digests.fromProto(folder.getDigest()));
            case SymlinkNode link -> new Node.Link(link.getTarget());
            default ->
                throw new IllegalArgumentException(
                        "Not a node: " + message.getDescriptorForType().getName());
        };
    }
}
