// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.protobuf.Message;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds what makes one tree out of another. Equal digests are not looked into, so the work grows with the number
/// of differences, not with that of files. Both trees are named by the same function.
final class TreeDiff {
    private final Directories directories;
    private final Plan plan;
    private final boolean removalsMatter;
    private final int budget;
    private final HashFunction function;
    private int steps;

    private TreeDiff(Directories directories, HashFunction function, boolean removalsMatter, int budget) {
        this.directories = directories;
        this.function = function;
        this.plan = new Plan(directories);
        this.removalsMatter = removalsMatter;
        this.budget = budget;
    }

    /// Returns what to lay over `base` to get `root`; empty if that takes more than about `budget` steps, if
    /// something was removed or became of another kind, which a layer of plain files cannot say, or if it cannot
    /// be found out since directories are no longer in the store.
    static Optional<Plan> overlay(Directories directories, Digest base, Digest root, int budget) {
        if (base.function() != root.function()) {
            return Optional.empty();
        }
        var diff = new TreeDiff(directories, root.function(), true, budget);
        try {
            return diff.compare("", base, root) ? Optional.of(diff.plan) : Optional.empty();
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs) {
                // Perhaps of the base: whoever needs those of the root will find out.
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Returns all files of `root` that are absent from `base` or different there.
    static Plan changes(Directories directories, Digest base, Digest root) {
        var diff = new TreeDiff(directories, root.function(), false, Integer.MAX_VALUE);
        diff.compare("", base, root);
        return diff.plan;
    }

    private boolean compare(String path, Digest base, Digest root) {
        return base.equals(root) || compare(path, directories.read(base), directories.read(root));
    }

    private boolean compare(String path, Directory base, Directory root) {
        plan.traits(path, root);
        var before = nodes(base);
        var after = nodes(root);
        if (removalsMatter && !after.keySet().containsAll(before.keySet())) {
            return false;
        }
        prefetch(before, after);
        for (var entry : after.entrySet()) {
            var old = before.get(entry.getKey());
            var node = entry.getValue();
            if (!node.equals(old) && !note(Plan.join(path, entry.getKey()), old, node)) {
                return false;
            }
        }
        return true;
    }

    /// What differs is going to be looked into.
    private void prefetch(Map<String, Message> before, Map<String, Message> after) {
        var changed = new HashSet<Digest>();
        after.forEach((name, node) -> {
            if (node instanceof DirectoryNode directory && !node.equals(before.get(name))) {
                changed.add(Digests.fromProto(directory.getDigest(), function));
            }
        });
        directories.prefetch(changed);
    }

    /// Returns whether to go on.
    private boolean note(String path, @Nullable Message old, Message node) {
        if (++steps + plan.files().size() > budget) {
            return false;
        }
        if (old instanceof DirectoryNode was && node instanceof DirectoryNode is) {
            plan.folder(path);
            return compare(
                    path, Digests.fromProto(was.getDigest(), function), Digests.fromProto(is.getDigest(), function));
        }
        if (removalsMatter && old != null && !old.getClass().equals(node.getClass())) {
            return false;
        }
        switch (node) {
            case FileNode file -> plan.file(path, file, function);
            case SymlinkNode link -> plan.link(path, link);
            case DirectoryNode directory ->
                plan.folder(path).tree(path, Digests.fromProto(directory.getDigest(), function));
            default -> throw new IllegalStateException("Not a node: " + node);
        }
        return steps + plan.files().size() <= budget;
    }

    private static Map<String, Message> nodes(Directory directory) {
        var nodes = new TreeMap<String, Message>();
        directory.getFilesList().forEach(node -> nodes.put(node.getName(), node));
        directory.getSymlinksList().forEach(node -> nodes.put(node.getName(), node));
        directory.getDirectoriesList().forEach(node -> nodes.put(node.getName(), node));
        return nodes;
    }
}
