// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// The system calls that are needed here, as the C library has them. Each returns a negative number if it failed,
/// and leaves the reason in `state`.
final class Kernel {
    // linux/fcntl.h and asm-generic/fcntl.h
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_SYMLINK_FOLLOW = 0x400;
    static final int AT_EMPTY_PATH = 0x1000;
    static final int O_WRONLY = 0x1;
    static final int O_NOCTTY = 0x100;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    // linux/inotify.h
    static final int IN_MODIFY = 0x2;
    static final int IN_ATTRIB = 0x4;
    static final int IN_CLOSE_WRITE = 0x8;
    static final int IN_MOVED_FROM = 0x40;
    static final int IN_MOVED_TO = 0x80;
    static final int IN_CREATE = 0x100;
    static final int IN_DELETE = 0x200;
    static final int IN_DELETE_SELF = 0x400;
    static final int IN_MOVE_SELF = 0x800;
    static final int IN_UNMOUNT = 0x2000;
    static final int IN_Q_OVERFLOW = 0x4000;
    static final int IN_IGNORED = 0x8000;

    // asm-generic/poll.h
    static final short POLLIN = 0x1;
    static final short POLLPRI = 0x2;

    // asm/fcntl.h: not the same on all machines. Where this is wrong, the kernel refuses it.
    private static final int O_DIRECTORY =
            List.of("aarch64", "arm", "ppc64le").contains(System.getProperty("os.arch")) ? 0x4000 : 0x10000;
    static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

    // linux/stat.h
    private static final int STATX_BASIC_STATS = 0x7FF;
    static final int STATX_MNT_ID_UNIQUE = 0x4000;

    // asm-generic/errno-base.h and asm-generic/errno.h
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int ELOOP = 40;
    static final int EDQUOT = 122;

    static final long STATE_BYTES = Linker.Option.captureStateLayout().byteSize();
    private static final long ERRNO = Linker.Option.captureStateLayout().byteOffset(PathElement.groupElement("errno"));

    private static final MethodHandle STATX =
            bind("statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle READLINK =
            bind("readlink", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
    private static final MethodHandle OPEN =
            bind("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CREATE = bind(
            "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle LINKAT =
            bind("linkat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle PREAD =
            bind("pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle FCHMOD = bind("fchmod", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle UNLINK = bind("unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle CLOSE = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle STATFS = bind("statfs", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle POLL =
            bind("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle INOTIFY_INIT = bind("inotify_init1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle INOTIFY_ADD =
            bind("inotify_add_watch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle INOTIFY_REMOVE =
            bind("inotify_rm_watch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private Kernel() {}

    @SuppressWarnings("restricted") // Whoever starts the process has allowed it.
    private static MethodHandle bind(String function, FunctionDescriptor type, Linker.Option... options) {
        var linker = Linker.nativeLinker();
        var all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = Linker.Option.captureCallState("errno");
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), type, all);
    }

    /// Returns why the last call failed.
    static int errno(MemorySegment state) {
        return state.get(JAVA_INT, ERRNO);
    }

    static int statx(MemorySegment state, int directory, MemorySegment path, int flags, MemorySegment stat) {
        try {
            return (int)
                    STATX.invokeExact(state, directory, path, flags, STATX_BASIC_STATS | STATX_MNT_ID_UNIQUE, stat);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static long readlink(MemorySegment state, MemorySegment path, MemorySegment target) {
        try {
            return (long) READLINK.invokeExact(state, path, target, target.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int open(MemorySegment state, MemorySegment path, int flags) {
        try {
            return (int) OPEN.invokeExact(state, path, flags);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// Opens a file that is new, with a mode that the umask takes from.
    static int create(MemorySegment state, MemorySegment path, int flags, int mode) {
        try {
            return (int) CREATE.invokeExact(state, path, flags, mode);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// Gives what a name leads to, through links, another name that nothing has.
    static int link(MemorySegment state, MemorySegment from, MemorySegment to) {
        try {
            return (int) LINKAT.invokeExact(state, AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static long pread(MemorySegment state, int file, MemorySegment bytes, long position) {
        try {
            return (long) PREAD.invokeExact(state, file, bytes, bytes.byteSize(), position);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static long write(MemorySegment state, int file, MemorySegment bytes) {
        try {
            return (long) WRITE.invokeExact(state, file, bytes, bytes.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int chmod(MemorySegment state, int file, int mode) {
        try {
            return (int) FCHMOD.invokeExact(state, file, mode);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int unlink(MemorySegment state, MemorySegment path) {
        try {
            return (int) UNLINK.invokeExact(state, path);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static void close(MemorySegment state, int file) {
        try {
            var _ = (int) CLOSE.invokeExact(state, file);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static long read(MemorySegment state, int file, MemorySegment bytes) {
        try {
            return (long) READ.invokeExact(state, file, bytes, bytes.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int statfs(MemorySegment state, MemorySegment path, MemorySegment found) {
        try {
            return (int) STATFS.invokeExact(state, path, found);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// Says what of files is ready, without waiting.
    ///
    /// @param files of `struct pollfd`
    static int poll(MemorySegment state, MemorySegment files, int count) {
        try {
            return (int) POLL.invokeExact(state, files, (long) count, 0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// @param flags as of [#open]
    static int inotify(MemorySegment state, int flags) {
        try {
            return (int) INOTIFY_INIT.invokeExact(state, flags);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int watch(MemorySegment state, int inotify, MemorySegment path, int events) {
        try {
            return (int) INOTIFY_ADD.invokeExact(state, inotify, path, events);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static void unwatch(MemorySegment state, int inotify, int watch) {
        try {
            var _ = (int) INOTIFY_REMOVE.invokeExact(state, inotify, watch);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
