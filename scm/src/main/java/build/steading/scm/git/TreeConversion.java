// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.AnyObjectId;

/// Makes a Merkle tree in the blob store of a git tree. One thread walks the directories that are not known yet,
/// and the tasks of a group read and store their files meanwhile.
///
/// @param verify whether to believe nothing that is remembered without asking the store
record TreeConversion(ContentImport target, TaskGroup tasks, Submodules submodules, boolean verify) {
    /// More than any file system's paths allow.
    private static final int DEEPEST = 1000;

    /// Converts a tree that was not yet, or is to be verified.
    ///
    /// @param objects the repository that it is in
    Digest convert(GitObjects objects, AnyObjectId tree) {
        var root = PendingDirectory.root(target, tree);
        walk(new Superproject(objects, tree, ""), tree, root, 0);
        tasks.await();
        target.memory().flush();
        return root.digest();
    }

    /// Adds the tree of a commit of a submodule to `parent`.
    void submodule(Superproject project, PendingDirectory parent, String name, AnyObjectId commit, int depth) {
        var path = Names.join(parent.path(), name);
        var found = submodules.find(project, path, commit);
        subtree(new Superproject(found.objects(), found.tree(), path), found.tree(), parent, name, depth);
    }

    private void walk(Superproject project, AnyObjectId tree, PendingDirectory directory, int depth) {
        if (depth > DEEPEST) {
            throw SteadingException.invalid("Directories nest deeper than %d levels", DEEPEST);
        }
        var entries = project.objects()
                .read(
                        "directory `%s`".formatted(directory.path()),
                        reader -> TreeEntry.read(reader, tree, directory::path));
        submitFiles(project.objects(), directory, entries);
        for (var entry : entries) {
            if (entry.isTree()) {
                subtree(project, entry.id(), directory, entry.name(), depth + 1);
            } else if (entry.isSubmodule()) {
                submodule(project, directory, entry.name(), entry.id(), depth + 1);
            }
        }
        directory.partArrived();
    }

    private void subtree(Superproject project, AnyObjectId tree, PendingDirectory parent, String name, int depth) {
        var known = verify ? null : target.memory().find(tree);
        if (known == null) {
            walk(project, tree, parent.child(name, tree), depth);
        } else {
            parent.directory(name, known);
        }
    }

    private void submitFiles(GitObjects objects, PendingDirectory directory, List<TreeEntry> entries) {
        var batch = new ArrayList<TreeEntry>();
        for (var entry : entries) {
            if (!entry.isTree() && !entry.isSubmodule()) {
                batch.add(entry);
            }
            if (batch.size() == CommittedFiles.MOST_ENTRIES) {
                submit(objects, directory, batch);
                batch = new ArrayList<>();
            }
        }
        if (!batch.isEmpty()) {
            submit(objects, directory, batch);
        }
    }

    private void submit(GitObjects objects, PendingDirectory directory, List<TreeEntry> batch) {
        directory.expectPart();
        tasks.submit(new CommittedFiles(target, objects, directory, batch, verify));
    }
}
