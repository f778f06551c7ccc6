// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.digest.Digest;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.eclipse.jgit.lib.Constants;
import org.jspecify.annotations.Nullable;

/// A task: puts some files and symbolic links of one git tree into the directory that is made of it.
///
/// @param entries what to put, files and symbolic links only
/// @param verify whether to ask the store for what is remembered to be there
record CommittedFiles(
        ContentImport target, GitObjects objects, PendingDirectory directory, List<TreeEntry> entries, boolean verify)
        implements Runnable {
    /// Few enough to keep both processors busy to the end, enough to make the task worth its while.
    static final int MOST_ENTRIES = 64;

    @Override
    public void run() {
        var known = target.memory().findAll(entries.stream().map(TreeEntry::id).toList());
        var gone = verify ? missing(known) : Set.<Digest>of();
        for (var i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            if (entry.isSymlink()) {
                directory.symlink(entry.name(), linkTarget(entry));
            } else {
                var digest = known.get(i);
                directory.file(
                        entry.name(),
                        digest == null || gone.contains(digest) ? converted(entry) : digest,
                        entry.isExecutable());
            }
        }
        directory.partArrived();
    }

    private Set<Digest> missing(List<@Nullable Digest> known) {
        var wanted = new HashSet<Digest>();
        known.stream().filter(Objects::nonNull).forEach(wanted::add);
        return target.blobs().findMissing(wanted);
    }

    private Digest converted(TreeEntry entry) {
        return target.blob(objects, entry.id(), Names.join(directory.path(), entry.name()));
    }

    private String linkTarget(TreeEntry entry) {
        var bytes = objects.read(
                "symbolic link `%s`".formatted(Names.join(directory.path(), entry.name())),
                reader -> reader.open(entry.id(), Constants.OBJ_BLOB).getCachedBytes());
        return Names.decode(bytes, () -> Names.join(directory.path(), entry.name()));
    }
}
