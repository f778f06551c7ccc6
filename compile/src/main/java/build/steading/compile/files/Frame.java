// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Memory outside of the heap in which the kernel answers one question after the other. Not thread-safe; closing
/// it gives it back to its [Frames].
final class Frame implements AutoCloseable {
    // Places of `struct statx` of linux/stat.h, the same on all machines.
    private static final long STX_MASK = 0x00;
    private static final long STX_MODE = 0x1C;
    private static final long STX_INO = 0x20;
    private static final long STX_SIZE = 0x28;
    private static final long STX_CTIME = 0x60;
    private static final long STX_MTIME = 0x70;
    private static final long STX_DEV_MAJOR = 0x88;
    private static final long STX_DEV_MINOR = 0x8C;
    private static final long STX_MNT_ID = 0x90;
    private static final long STATX_BYTES = 0x100;

    // Place of the nanoseconds in `struct statx_timestamp`.
    private static final long TV_NSEC = 8;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final Frames home;
    private final Lookout lookout;
    final MemorySegment state;
    private final MemorySegment stat;
    private final MemorySegment path;
    private final MemorySegment target;
    private long begun;

    Frame(Frames home, Lookout lookout) {
        this.home = home;
        this.lookout = lookout;
        // Freed when nobody refers to the frame any more.
        var arena = Arena.ofAuto();
        state = arena.allocate(Kernel.STATE_BYTES, Long.BYTES);
        stat = arena.allocate(STATX_BYTES, Long.BYTES);
        path = arena.allocate(Name.MAX_BYTES);
        target = arena.allocate(Name.MAX_BYTES);
    }

    /// @param nanos the time by [System#nanoTime], before whoever watches names has heard of all until now
    void begin(long nanos) {
        begun = nanos;
    }

    @Override
    public void close() {
        home.give(this);
    }

    /// Looks at a name, following links.
    Look look(Name name) {
        var standing = name.watch() instanceof Name.Watched(var post) ? post.standing(begun) : null;
        return standing != null ? standing : lookAnew(name);
    }

    private Look lookAnew(Name name) {
        var post = lookout.post(name, this, begun);
        if (post == null) {
            return answer(name, ask(name, 0));
        }
        var stirs = post.stirs();
        var look = answer(name, ask(name, 0));
        post.saw(look, stirs, begun);
        return look;
    }

    /// Looks at a name, and at a link rather than at what it leads to.
    Look lookAtLink(Name name) {
        return answer(name, ask(name, Kernel.AT_SYMLINK_NOFOLLOW));
    }

    /// Returns whether a name leads to a file with this very signature.
    boolean shows(Name name, Signature signature) {
        return look(name) instanceof Look.Present(var now) && now.equals(signature);
    }

    /// Returns whether a name leads to a directory.
    boolean showsDirectory(Name name) {
        return look(name) instanceof Look.Present(var now) && now.isDirectory();
    }

    /// Returns whether there is nothing of this name; a link is something, wherever it leads.
    boolean showsNothing(Name name) {
        return !ask(name, Kernel.AT_SYMLINK_NOFOLLOW) && name.obstacle().isEmpty() && isAbsence();
    }

    /// Returns the signature of an open file, if the kernel gives it.
    Optional<Signature> look(int file) {
        path.set(JAVA_BYTE, 0, (byte) 0);
        return Kernel.statx(state, file, path, Kernel.AT_EMPTY_PATH, stat) == 0
                ? Optional.of(signature())
                : Optional.empty();
    }

    /// Returns where a link leads, as it says itself; empty if it is none, or leads to a name that is no text.
    Optional<String> target(Name link) {
        if (!give(link)) {
            return Optional.empty();
        }
        var length = Kernel.readlink(state, path, target);
        if (length <= 0 || length >= Name.MAX_BYTES) {
            return Optional.empty();
        }
        var bytes = target.asSlice(0, length).toArray(JAVA_BYTE);
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    /// Opens a file to read, but does not wait for anybody to write into it. Returns a negative number if it
    /// cannot.
    int open(Name name) {
        return give(name) ? Kernel.open(state, path, Kernel.O_CLOEXEC | Kernel.O_NONBLOCK | Kernel.O_NOCTTY) : -1;
    }

    /// Returns why the last call failed.
    Look failure(Name name) {
        var obstacle = name.obstacle();
        if (obstacle.isPresent()) {
            return new Look.Unreadable(obstacle.get());
        }
        if (isAbsence()) {
            return Look.Absent.ABSENT;
        }
        return new Look.Unreadable(
                switch (Kernel.errno(state)) {
                    case Kernel.EACCES -> "`%s` may not be read".formatted(name);
                    case Kernel.ELOOP -> "`%s` is a symbolic link that leads to itself".formatted(name);
                    default -> "`%s` cannot be read: error %d".formatted(name, Kernel.errno(state));
                });
    }

    private boolean give(Name name) {
        var bytes = name.path();
        MemorySegment.copy(bytes, 0, path, JAVA_BYTE, 0, bytes.length);
        return bytes.length > 0;
    }

    private boolean ask(Name name, int flags) {
        return give(name) && Kernel.statx(state, Kernel.AT_FDCWD, path, flags, stat) == 0;
    }

    private boolean isAbsence() {
        var errno = Kernel.errno(state);
        return errno == Kernel.ENOENT || errno == Kernel.ENOTDIR;
    }

    private Look answer(Name name, boolean present) {
        return present ? new Look.Present(signature()) : failure(name);
    }

    private Signature signature() {
        return new Signature(
                device(stat.get(JAVA_INT, STX_DEV_MAJOR), stat.get(JAVA_INT, STX_DEV_MINOR)),
                stat.get(JAVA_LONG, STX_INO),
                Short.toUnsignedInt(stat.get(JAVA_SHORT, STX_MODE)),
                stat.get(JAVA_LONG, STX_SIZE),
                nanos(STX_MTIME),
                changedNanos(),
                (stat.get(JAVA_INT, STX_MASK) & Kernel.STATX_MNT_ID_UNIQUE) != 0 ? stat.get(JAVA_LONG, STX_MNT_ID) : 0);
    }

    private long changedNanos() {
        return nanos(STX_CTIME);
    }

    private long nanos(long timestamp) {
        return stat.get(JAVA_LONG, timestamp) * SECOND_NANOS + stat.get(JAVA_INT, timestamp + TV_NSEC);
    }

    /// Returns `makedev` of the C library, sys/sysmacros.h.
    private static long device(long major, long minor) {
        return (major & 0xFFFF_F000L) << 32 | (major & 0xFFFL) << 8 | (minor & 0xFFFF_FF00L) << 12 | (minor & 0xFFL);
    }
}
