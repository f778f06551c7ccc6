// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.scm.git.WorkingFiles.WorkingFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.Repository;

/// Makes a Merkle tree of the working tree as it is: what git tracks and what it does not ignore. Files that the
/// index proves unchanged are not read. Not thread-safe.
final class WorkingTree {
    private static final char UNDECODABLE = '\ufffd';

    private final Workshop shop;
    private final Superproject project;
    private final Instant indexWritten;
    private final boolean modesCount;

    /// A directory of the working tree, and what is known of it.
    private record Place(
            Path path,
            TrackedDirectory tracked,
            IgnoreRules rules,
            boolean ignored,
            PendingDirectory directory,
            Batches batches) {}

    private WorkingTree(Workshop shop, Superproject project, Instant indexWritten) {
        this.shop = shop;
        this.project = project;
        this.indexWritten = indexWritten;
        this.modesCount = repository().getConfig().getBoolean("core", "filemode", true);
    }

    /// @param head the repository at its current commit
    static Digest snapshot(Workshop shop, Superproject head) {
        var repository = shop.objects().repository();
        var index = TrackedDirectory.read(repository);
        var target = shop.conversion().target();
        var root = PendingDirectory.root(target, null);
        var top = repository.getWorkTree().toPath();
        try {
            var rules = IgnoreRules.of(repository);
            new WorkingTree(shop, head, index.written()).walk(top, index.top(), rules, false, root);
        } catch (IOException e) {
            throw WorkingFiles.unreadable(top, e);
        }
        shop.conversion().tasks().await();
        target.memory().flush();
        return root.digest();
    }

    private void walk(
            Path path, TrackedDirectory tracked, IgnoreRules above, boolean ignored, PendingDirectory directory)
            throws IOException {
        var seen = new HashSet<String>();
        var rules = above.in(path, directory.path());
        var place = new Place(path, tracked, rules, ignored, directory, new Batches(shop, directory));
        try (var entries = Files.newDirectoryStream(path)) {
            for (var entry : entries) {
                var name = decoded(entry.getFileName(), directory);
                if (!name.equals(Constants.DOT_GIT)) {
                    seen.add(name);
                    add(place, name, entry);
                }
            }
        } catch (NoSuchFileException _) {
            // Deleted after it was listed: what was read of it so far was there.
        }
        addNotCheckedOut(tracked, seen, directory, place.batches());
        place.batches().submit();
        directory.partArrived();
    }

    private void add(Place place, String name, Path entry) throws IOException {
        FileStamp stamp;
        try {
            stamp = FileStamp.of(entry);
        } catch (NoSuchFileException _) {
            return;
        }
        if (stamp.isDirectory()) {
            addDirectory(place, name, entry);
        } else if (wanted(place, name, false)) {
            if (stamp.isSymlink()) {
                place.directory().symlink(name, linkTarget(entry, place.directory()));
            } else if (stamp.isFile()) {
                addFile(place, name, entry, stamp);
            }
        }
    }

    private void addFile(Place place, String name, Path entry, FileStamp stamp) {
        var tracked = place.tracked().files().get(name);
        var executable = modesCount ? stamp.isExecutable() : tracked != null && isExecutable(tracked);
        if (tracked != null && stamp.proves(tracked, indexWritten)) {
            var mode = executable ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE;
            place.batches().committed(new TreeEntry(name, mode, tracked.getObjectId()));
        } else {
            place.batches().working(new WorkingFile(name, entry, executable));
        }
    }

    private void addDirectory(Place place, String name, Path entry) throws IOException {
        var below = place.tracked().directories().get(name);
        if (below == null && (isSubmodule(place, name) || Submodules.checkedOutIn(entry) != null)) {
            addSubmodule(place, name, entry);
            return;
        }
        var ignored = place.ignored()
                || place.rules().ignore(Names.join(place.directory().path(), name), true);
        if (below != null || !ignored) {
            var tracked = below == null ? new TrackedDirectory() : below;
            walk(entry, tracked, place.rules(), ignored, place.directory().child(name, null));
        }
    }

    /// Adds a submodule at the commit that it has checked out, else at the one that the index names.
    private void addSubmodule(Place place, String name, Path entry) {
        if (!wanted(place, name, true)) {
            return;
        }
        var tracked = place.tracked().files().get(name);
        var recorded = Optional.ofNullable(tracked).map(DirCacheEntry::getObjectId);
        shop.conversion()
                .submodules()
                .checkedOutCommit(entry)
                .or(() -> recorded)
                .ifPresent(commit -> shop.conversion().submodule(project, place.directory(), name, commit, 0));
    }

    /// Adds what a sparse checkout leaves out of the working tree, which is unchanged by definition.
    private static void addNotCheckedOut(
            TrackedDirectory tracked, Set<String> seen, PendingDirectory directory, Batches batches) {
        tracked.files().forEach((name, entry) -> {
            if (entry.isSkipWorkTree()
                    && !seen.contains(name)
                    && !entry.getFileMode().equals(FileMode.GITLINK)) {
                batches.committed(new TreeEntry(name, entry.getFileMode(), entry.getObjectId()));
            }
        });
        tracked.directories().forEach((name, below) -> {
            if (!seen.contains(name)) {
                var child = directory.child(name, null);
                var inside = batches.of(child);
                addNotCheckedOut(below, Set.of(), child, inside);
                inside.submit();
                child.partArrived();
            }
        });
    }

    private static boolean wanted(Place place, String name, boolean isDirectory) {
        if (place.tracked().files().containsKey(name)) {
            return true;
        }
        return !place.ignored()
                && !place.rules().ignore(Names.join(place.directory().path(), name), isDirectory);
    }

    private static boolean isSubmodule(Place place, String name) {
        var tracked = place.tracked().files().get(name);
        return tracked != null && tracked.getFileMode().equals(FileMode.GITLINK);
    }

    private static boolean isExecutable(DirCacheEntry entry) {
        return entry.getFileMode().equals(FileMode.EXECUTABLE_FILE);
    }

    private static String linkTarget(Path link, PendingDirectory directory) {
        try {
            return decoded(Files.readSymbolicLink(link), directory);
        } catch (IOException e) {
            throw WorkingFiles.unreadable(link, e);
        }
    }

    private static String decoded(Path path, PendingDirectory directory) {
        var text = path.toString();
        if (text.indexOf(UNDECODABLE) >= 0) {
            throw SteadingException.invalid(
                    "`%s` in directory `%s` of the working tree is not a name in UTF-8: rename it, or run in a UTF-8"
                            + " locale",
                    text, directory.path());
        }
        return text;
    }

    private Repository repository() {
        return shop.objects().repository();
    }
}
