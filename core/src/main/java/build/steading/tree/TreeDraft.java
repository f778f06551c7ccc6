// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A tree in the making: nodes are put at paths, and its directories are stored once, at the end. Not
/// thread-safe.
public final class TreeDraft {
    private final Map<String, TreeDraft> folders = new TreeMap<>();
    private final Map<String, Node> leaves = new TreeMap<>();
    private final List<Digest> merged = new ArrayList<>();

    /// Puts a node at a path. A folder is merged with what is there; anything else takes the place of what was
    /// there.
    ///
    /// @param path `/` between its parts; empty only for a folder: the whole tree
    /// @throws SteadingException with `Invalid` if the path is empty but the node is no folder
    public TreeDraft put(String path, Node node) {
        var at = this;
        var parts = path.isEmpty() ? new String[0] : path.split("/", -1);
        var last = node instanceof Node.Folder ? parts.length : parts.length - 1;
        if (last < 0) {
            throw SteadingException.invalid("Only a directory can be the root of a tree");
        }
        for (var i = 0; i < last; i++) {
            at.leaves.remove(parts[i]);
            at = at.folders.computeIfAbsent(parts[i], _ -> new TreeDraft());
        }
        if (node instanceof Node.Folder(var digest)) {
            at.merged.add(digest);
        } else {
            at.folders.remove(parts[last]);
            at.leaves.put(parts[last], node);
        }
        return this;
    }

    /// Stores the directories and returns the digest of the topmost.
    public Digest store(Trees trees) {
        var builder = new DirectoryBuilder();
        leaves.forEach((name, leaf) -> {
            switch (leaf) {
                case Node.File(var digest, var executable) -> builder.file(name, digest, executable);
                case Node.Link(var target) -> builder.symlink(name, target);
                case Node.Folder(var digest) -> builder.directory(name, digest);
            }
        });
        folders.forEach((name, folder) -> builder.directory(name, folder.store(trees)));
        var tree = Trees.EMPTY;
        for (var digest : merged) {
            tree = trees.merge(tree, digest);
        }
        return builder.isEmpty() ? tree : trees.merge(tree, trees.put(builder.build()));
    }
}
