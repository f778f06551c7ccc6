// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

/// What the kernel says of the file that a name leads to. As long as two are equal, it is the same file,
/// unchanged since, once the signature [vouches][#vouchesAt] for what was read.
///
/// @param device encoded as `st_dev`
/// @param mode type and permissions, as `st_mode`
/// @param size in bytes
/// @param modifiedNanos since 1970; anybody may set it
/// @param changedNanos since 1970, by the kernel's clock when content, permissions or, of a directory, entries
///     last changed
/// @param mount of the mount through which it is seen, which no other mount ever has: on one that is read-only,
///     made with times of its own, and mounted in place of another, a file may have all the rest in common with
///     one that was there before; 0 where the kernel, older than 6.8, does not say
public record Signature(
        long device, long inode, int mode, long size, long modifiedNanos, long changedNanos, long mount) {
    /// Longer than a tick of the clock by which the kernel stamps files (10 ms at most), and as the stamps of
    /// exFAT.
    static final long TICK_NANOS = 20_000_000;

    /// Added for file systems that know whole seconds only, or even ones.
    static final long COARSE_NANOS = 2_000_000_000;

    private static final long SECOND_NANOS = 1_000_000_000;

    // linux/stat.h
    private static final int TYPE = 0xF000;
    private static final int FILE = 0x8000;
    private static final int DIRECTORY = 0x4000;
    private static final int LINK = 0xA000;
    private static final int OWNER_EXECUTES = 0100;

    public boolean isFile() {
        return (mode & TYPE) == FILE;
    }

    public boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    boolean isLink() {
        return (mode & TYPE) == LINK;
    }

    /// Returns whether both are of one file, whatever has changed.
    public boolean isSameFile(Signature other) {
        return device == other.device && inode == other.inode;
    }

    /// Returns whether its owner may execute the file, as Git sees it.
    public boolean isExecutable() {
        return (mode & OWNER_EXECUTES) != 0;
    }

    /// Returns whether every change after `nowNanos` gives the file another signature. It would not if the kernel
    /// stamped the change with the time that the file has already; nor can anybody tell if that time lies in the
    /// future.
    boolean vouchesAt(long nowNanos) {
        var margin = changedNanos % SECOND_NANOS == 0 ? TICK_NANOS + COARSE_NANOS : TICK_NANOS;
        return changedNanos <= nowNanos - margin;
    }
}
