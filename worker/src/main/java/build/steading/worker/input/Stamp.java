// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What shows whether anybody has changed a file, directory or symbolic link. The kernel sets `changed` whenever
/// content, mode, owner or number of names change, and nobody can set it back; but it does so by a clock that
/// stands still for some milliseconds at a time.
///
/// @param size in bytes; 0 for a directory
/// @param modified when the content changed, which programs may set
/// @param changed when anything changed
record Stamp(long inode, int mode, long size, FileTime modified, FileTime changed) {
    private static final int KIND = 0170000;
    private static final int DIRECTORY = 0040000;

    /// Returns the stamp of what is at `path`; empty if nothing is.
    static Optional<Stamp> of(Path path) throws IOException {
        try {
            var found =
                    Files.readAttributes(path, "unix:ino,mode,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
            var mode = get(found, Integer.class, "mode");
            return Optional.of(new Stamp(
                    get(found, Long.class, "ino"),
                    mode,
                    (mode & KIND) == DIRECTORY ? 0 : get(found, Long.class, "size"),
                    get(found, FileTime.class, "lastModifiedTime"),
                    get(found, FileTime.class, "ctime")));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private static <T> T get(Map<String, Object> found, Class<T> kind, String name) {
        return kind.cast(Objects.requireNonNull(found.get(name), name));
    }

    /// Returns whether this is the same one, with the same mode, whatever has become of its content.
    boolean isSameAs(Stamp other) {
        return inode == other.inode && mode == other.mode;
    }

    boolean changedSince(Instant time) {
        return !changed.toInstant().isBefore(time);
    }
}
