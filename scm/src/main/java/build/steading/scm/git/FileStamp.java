// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/// What the file system says of a file of the working tree, as git compares it with its index.
///
/// @param mode permission and type bits
record FileStamp(int mode, long sizeBytes, Instant modified, Instant changed) {
    private static final String ATTRIBUTES = "unix:mode,size,lastModifiedTime,ctime";
    private static final int OWNER_EXECUTES = 0100;
    private static final ObjectId EMPTY_BLOB = ObjectId.fromString("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");

    /// Does not follow symbolic links.
    static FileStamp of(Path file) throws IOException {
        var attributes = Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return new FileStamp(
                attribute(attributes, "mode", Integer.class),
                attribute(attributes, "size", Long.class),
                attribute(attributes, "lastModifiedTime", FileTime.class).toInstant(),
                attribute(attributes, "ctime", FileTime.class).toInstant());
    }

    boolean isDirectory() {
        return (mode & FileMode.TYPE_MASK) == FileMode.TYPE_TREE;
    }

    boolean isSymlink() {
        return (mode & FileMode.TYPE_MASK) == FileMode.TYPE_SYMLINK;
    }

    boolean isFile() {
        return (mode & FileMode.TYPE_MASK) == FileMode.TYPE_FILE;
    }

    boolean isExecutable() {
        return (mode & OWNER_EXECUTES) != 0;
    }

    /// Returns whether the file surely has the content that the index names, without reading it.
    ///
    /// @param indexWritten when the index was written: files modified since, or just then, prove nothing
    boolean proves(DirCacheEntry entry, Instant indexWritten) {
        return mayBeBelieved(entry)
                && entry.getLength() == (int) sizeBytes
                && sameInstant(entry.getLastModifiedInstant())
                && sameChange(entry.getCreationTime())
                && before(entry.getLastModifiedInstant(), indexWritten);
    }

    /// Git marks an entry that it does not trust itself by the length 0.
    private static boolean mayBeBelieved(DirCacheEntry entry) {
        var mode = entry.getFileMode();
        return entry.getStage() == DirCacheEntry.STAGE_0
                && !entry.isIntentToAdd()
                && (mode.equals(FileMode.REGULAR_FILE) || mode.equals(FileMode.EXECUTABLE_FILE))
                && (entry.getLength() != 0 || EMPTY_BLOB.equals(entry.getObjectId()));
    }

    /// Some versions of git write whole seconds only.
    private boolean sameInstant(Instant recorded) {
        if (recorded.getNano() == 0 || modified.getNano() == 0) {
            return recorded.getEpochSecond() == modified.getEpochSecond();
        }
        return recorded.equals(modified);
    }

    /// Time stamps can be set back, the time of the last change of the inode cannot.
    ///
    /// @param recorded in milliseconds, 0 if it was not recorded
    private boolean sameChange(long recorded) {
        var wholeSecond = recorded % 1000 == 0 && recorded / 1000 == changed.getEpochSecond();
        return recorded == 0 || wholeSecond || recorded == changed.toEpochMilli();
    }

    private static boolean before(Instant recorded, Instant indexWritten) {
        if (recorded.getNano() == 0 || indexWritten.getNano() == 0) {
            return recorded.getEpochSecond() < indexWritten.getEpochSecond();
        }
        return recorded.isBefore(indexWritten);
    }

    private static <T> T attribute(Map<String, Object> attributes, String name, Class<T> type) {
        return type.cast(Objects.requireNonNull(attributes.get(name)));
    }
}
