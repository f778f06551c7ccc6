// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/// Remembers which files this process has hashed, and what they looked like then, so that they are hashed again
/// only when they have changed. Bounded: what it forgets is hashed again. Thread-safe.
///
/// The time of change (ctime) is no part of it: every hard link into an input tree changes that.
final class Verified {
    /// About 10 MB when full.
    private static final int FILES = 1 << 15;

    private final Recent<Path, Look> looks = new Recent<>(FILES);

    /// Returns whether `file` was found good while it looked as it does now.
    boolean contains(Path file, BasicFileAttributes now) {
        return Look.of(now).equals(looks.get(file));
    }

    /// @param before what the file looked like before it was hashed
    void add(Path file, BasicFileAttributes before) {
        looks.put(file, Look.of(before));
    }

    private record Look(@Nullable Object inode, long sizeBytes, FileTime modified) {
        static Look of(BasicFileAttributes attributes) {
            return new Look(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
        }
    }
}
