// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/// What the kernel tells of files and directories that are watched (inotify), and of mounts. Whatever changed
/// before it is asked, it has told then: a change is told of before the call that makes it returns. Not
/// thread-safe.
///
/// Ends when nobody refers to it any more, or when it is closed.
final class Notices implements AutoCloseable {
    /// What is told of a file: that it may hold something else, or has other attributes or names.
    static final int OF_FILE =
            Kernel.IN_MODIFY | Kernel.IN_ATTRIB | Kernel.IN_CLOSE_WRITE | Kernel.IN_DELETE_SELF | Kernel.IN_MOVE_SELF;

    /// What is told of a directory: that it may have other entries, or it and they other attributes.
    static final int OF_DIRECTORY = Kernel.IN_CREATE
            | Kernel.IN_DELETE
            | Kernel.IN_MOVED_FROM
            | Kernel.IN_MOVED_TO
            | Kernel.IN_ATTRIB
            | Kernel.IN_DELETE_SELF
            | Kernel.IN_MOVE_SELF;

    /// By linux/magic.h and the sources of ZFS: ext4, XFS, Btrfs, F2FS, bcachefs, ZFS and tmpfs. Overlays are
    /// left out: the file below may be changed by whoever sees it without the overlay.
    private static final Set<Long> LOCAL =
            Set.of(0xEF53L, 0x58465342L, 0x9123683EL, 0xF2F52010L, 0xCA451A4EL, 0x2FC12FC1L, 0x01021994L);

    private static final Cleaner CLEANER = Cleaner.create();
    private static final int BUFFER_BYTES = 64 << 10;

    // Places in `struct inotify_event` of linux/inotify.h.
    private static final long EVENT_MASK = 4;
    private static final long EVENT_LENGTH = 12;
    private static final long EVENT_NAME = 16;

    // Places in `struct pollfd` of asm-generic/poll.h.
    private static final long POLL_EVENTS = 4;
    private static final long POLL_FOUND = 6;
    private static final long POLL_BYTES = 8;

    private final MemorySegment state;
    private final MemorySegment path;
    private final MemorySegment events;
    private final MemorySegment polled;
    private final int descriptor;
    private final Cleaner.Cleanable end;

    private Notices(Arena arena, MemorySegment state, int descriptor, int mounts) {
        this.state = state;
        this.path = arena.allocate(Name.MAX_BYTES);
        this.events = arena.allocate(BUFFER_BYTES, Long.BYTES);
        this.polled = arena.allocate(2 * POLL_BYTES, Long.BYTES);
        this.descriptor = descriptor;
        expect(0, descriptor, Kernel.POLLIN);
        expect(POLL_BYTES, mounts, Kernel.POLLPRI);
        this.end = CLEANER.register(this, () -> {
            Kernel.close(state, descriptor);
            Kernel.close(state, mounts);
        });
    }

    private void expect(long place, int file, short what) {
        polled.set(JAVA_INT, place, file);
        polled.set(JAVA_SHORT, place + POLL_EVENTS, what);
    }

    /// Returns nothing if the kernel tells nobody, or not us: it does so for a bounded number of those who ask.
    static Optional<Notices> open() {
        var arena = Arena.ofAuto();
        var state = arena.allocate(Kernel.STATE_BYTES, Long.BYTES);
        var descriptor = Kernel.inotify(state, Kernel.O_CLOEXEC | Kernel.O_NONBLOCK);
        if (descriptor < 0) {
            return Optional.empty();
        }
        var table = arena.allocateFrom("/proc/self/mountinfo");
        var mounts = Kernel.open(state, table, Kernel.O_CLOEXEC);
        if (mounts < 0) {
            Kernel.close(state, descriptor);
            return Optional.empty();
        }
        return Optional.of(new Notices(arena, state, descriptor, mounts));
    }

    /// Takes notices.
    interface Taker {
        /// @param watch as [#watch] has returned it
        /// @param events of linux/inotify.h
        /// @param entry of the directory that is watched; empty if it is about the file or directory itself
        void noticed(int watch, int events, String entry);
    }

    /// Tells all that has been noticed since the last call. Returns false if some of it is not known, or where
    /// files are mounted has changed: then nothing is known any more.
    boolean tell(Taker taker) {
        if (Kernel.poll(state, polled, 2) == 0) {
            return true;
        }
        var mounts = polled.get(JAVA_SHORT, POLL_BYTES + POLL_FOUND);
        if (mounts != 0 || polled.get(JAVA_SHORT, POLL_FOUND) != Kernel.POLLIN) {
            return false;
        }
        while (true) {
            var length = Kernel.read(state, descriptor, events);
            if (length <= 0) {
                return length < 0 && Kernel.errno(state) == Kernel.EAGAIN;
            }
            if (!tell(length, taker)) {
                return false;
            }
        }
    }

    private boolean tell(long length, Taker taker) {
        for (var at = 0L; at < length; ) {
            var mask = events.get(JAVA_INT, at + EVENT_MASK);
            if ((mask & Kernel.IN_Q_OVERFLOW) != 0) {
                return false;
            }
            var bytes = events.get(JAVA_INT, at + EVENT_LENGTH);
            taker.noticed(events.get(JAVA_INT, at), mask, entry(at + EVENT_NAME, bytes));
            at += EVENT_NAME + bytes;
        }
        return true;
    }

    /// Returns a name with zeros behind it.
    private String entry(long at, int bytes) {
        var end = bytes;
        while (end > 0 && events.get(JAVA_BYTE, at + end - 1) == 0) {
            end--;
        }
        return end == 0 ? "" : new String(events.asSlice(at, end).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /// Returns whether the file system of a directory is one of which nothing happens without this kernel.
    boolean tellOf(Name directory) {
        give(directory);
        // Its type is what `struct statfs` begins with.
        return Kernel.statfs(state, path, events) == 0 && LOCAL.contains(events.get(JAVA_LONG, 0));
    }

    /// Has notices be taken of what a name leads to, from now on. Returns the same number for the same file, by
    /// whatever name; a negative one if no more files can be watched.
    int watch(Name name, int events) {
        give(name);
        return Kernel.watch(state, descriptor, path, events);
    }

    private void give(Name name) {
        var bytes = name.path();
        MemorySegment.copy(bytes, 0, path, JAVA_BYTE, 0, bytes.length);
    }

    void unwatch(int watch) {
        Kernel.unwatch(state, descriptor, watch);
    }

    @Override
    public void close() {
        end.clean();
    }
}
