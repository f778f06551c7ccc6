// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All directories of a tree, each once, however many paths lead to it: a small message can name a tree without
/// end, by naming one directory many times. What the tree comes to is known from this before anything of it is
/// made, at a cost that grows with what somebody has stored, and with nothing else. Not thread-safe.
final class Gathered {
    private final Map<Digest, Directory> directories = new HashMap<>();
    private final Set<Digest> missing = new HashSet<>();
    private final HashFunction function;

    private Gathered(HashFunction function) {
        this.function = function;
    }

    /// Reads the tree `root`, level by level, so that the directories of a level are fetched together. Those that
    /// are not in the store are noted, and the walk goes on.
    ///
    /// @throws SteadingException with `Invalid` if something is no sound directory, or there are far too many
    static Gathered of(Directories source, Digest root) {
        var gathered = new Gathered(root.function());
        var size = TreeExtent.NOTHING;
        var level = Set.of(root);
        while (!level.isEmpty()) {
            source.prefetch(level);
            var below = new HashSet<Digest>();
            for (var digest : level) {
                var directory = gathered.read(source, digest);
                size = size.plus(ofNames(directory));
                size.check();
                directory.getDirectoriesList().forEach(node -> below.add(gathered.digest(node)));
            }
            below.removeIf(gathered::knows);
            level = below;
        }
        return gathered;
    }

    private Directory read(Directories source, Digest digest) {
        try {
            var directory = source.read(digest);
            directories.put(digest, directory);
            return directory;
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs(var digests))) {
                throw e;
            }
            missing.addAll(digests);
            return Directory.getDefaultInstance();
        }
    }

    private boolean knows(Digest digest) {
        return directories.containsKey(digest) || missing.contains(digest);
    }

    private Digest digest(DirectoryNode node) {
        return Digests.fromProto(node.getDigest(), function);
    }

    /// Returns what is not in the store.
    Set<Digest> missing() {
        return missing;
    }

    /// Returns a directory of the tree; empty if it is missing.
    Optional<Directory> find(Digest digest) {
        return Optional.ofNullable(directories.get(digest));
    }

    /// Returns what a directory of the tree comes to.
    TreeExtent extent(Digest root) {
        var known = new HashMap<Digest, TreeExtent>();
        var open = new ArrayDeque<Digest>();
        open.push(root);
        while (!open.isEmpty()) {
            var digest = open.element();
            if (known.containsKey(digest)) {
                open.pop();
                continue;
            }
            var nodes = find(digest).orElse(Directory.getDefaultInstance()).getDirectoriesList();
            var unknown = nodes.stream()
                    .map(this::digest)
                    .filter(child -> !known.containsKey(child))
                    .toList();
            if (unknown.isEmpty()) {
                open.pop();
                known.put(digest, extent(digest, known));
            } else {
                unknown.forEach(open::push);
            }
        }
        return known.getOrDefault(root, TreeExtent.NOTHING);
    }

    private TreeExtent extent(Digest digest, Map<Digest, TreeExtent> known) {
        var directory = find(digest).orElse(Directory.getDefaultInstance());
        var extent = ofNames(directory);
        for (var node : directory.getDirectoriesList()) {
            var below = known.getOrDefault(digest(node), TreeExtent.NOTHING);
            extent = extent.plus(below.below(node.getName().length()));
        }
        return extent;
    }

    private static TreeExtent ofNames(Directory directory) {
        return TreeExtent.ofNames(
                directory.getFilesList(), directory.getSymlinksList(), directory.getDirectoriesList());
    }
}
