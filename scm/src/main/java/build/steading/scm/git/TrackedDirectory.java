// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.util.FS;

/// What git's index says of one directory.
///
/// @param files entries for files, symbolic links and submodules, by name; of a conflict, one of its sides
record TrackedDirectory(Map<String, DirCacheEntry> files, Map<String, TrackedDirectory> directories) {
    /// The index as it was when its file was last written.
    record Index(TrackedDirectory top, Instant written) {}

    TrackedDirectory() {
        this(new HashMap<>(), new HashMap<>());
    }

    /// @throws SteadingException with `Invalid` if the index is of a form that cannot be read
    static Index read(Repository repository) {
        var top = new TrackedDirectory();
        var file = repository.getIndexFile().toPath();
        try {
            if (!Files.exists(file)) {
                return new Index(top, Instant.MIN);
            }
            // Before the content: an index that is replaced in between only makes more files suspect.
            var written = Files.getLastModifiedTime(file).toInstant();
            var index = DirCache.read(file.toFile(), FS.DETECTED);
            for (var i = 0; i < index.getEntryCount(); i++) {
                top.add(index.getEntry(i));
            }
            return new Index(top, written);
        } catch (IOException e) {
            throw new SteadingException(unreadable(file, e), e);
        }
    }

    private void add(DirCacheEntry entry) {
        var directory = this;
        var path = entry.getPathString();
        var start = 0;
        for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', start)) {
            var name = path.substring(start, slash);
            directory = directory.directories.computeIfAbsent(name, _ -> new TrackedDirectory());
            start = slash + 1;
        }
        directory.files.put(path.substring(start), entry);
    }

    private static Failure unreadable(Path file, IOException cause) {
        return new Failure.Invalid("Index `%s` cannot be read (%s): if it is split or sparse, run `git update-index"
                        .formatted(file, cause.getMessage())
                + " --no-split-index` or `git sparse-checkout reapply --no-sparse-index`");
    }
}
