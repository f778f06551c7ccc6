// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// A file that is written before it has a name: nobody comes across a part of it, and however its writer ends,
/// nothing is left of it that was not whole. Not thread-safe; of the thread that made it.
public final class NamelessFile implements AutoCloseable {
    /// Nobody else may open it by way of our descriptor meanwhile.
    private static final int PRIVATE = 0600;

    private static final int BUFFER_BYTES = 256 << 10;

    private final Arena arena;
    private final MemorySegment state;
    private final int descriptor;

    private NamelessFile(Arena arena, MemorySegment state, int descriptor) {
        this.arena = arena;
        this.state = state;
        this.descriptor = descriptor;
    }

    /// Makes a file in the file system of a directory; returns nothing if that file system or this kernel knows
    /// none without a name, or the directory cannot be written to.
    ///
    /// @param directory absolute
    public static Optional<NamelessFile> in(Path directory) {
        var name = Name.of(directory.toString());
        if (name.obstacle().isPresent()) {
            return Optional.empty();
        }
        var arena = Arena.ofConfined();
        var state = arena.allocate(Kernel.STATE_BYTES, Long.BYTES);
        var flags = Kernel.O_TMPFILE | Kernel.O_WRONLY | Kernel.O_CLOEXEC;
        var descriptor = Kernel.create(state, arena.allocateFrom(JAVA_BYTE, name.path()), flags, PRIVATE);
        if (descriptor >= 0) {
            return Optional.of(new NamelessFile(arena, state, descriptor));
        }
        arena.close();
        return Optional.empty();
    }

    /// Writes what remains in a buffer behind what is there: no interrupt ends that half-way.
    public void write(ByteBuffer content) throws IOException {
        var buffer = arena.allocate(Math.clamp(content.remaining(), 1, BUFFER_BYTES));
        while (content.hasRemaining()) {
            var length = (int) Math.min(content.remaining(), buffer.byteSize());
            var part = MemorySegment.ofBuffer(content.slice(content.position(), length));
            write(buffer.asSlice(0, length).copyFrom(part));
            content.position(content.position() + length);
        }
    }

    private void write(MemorySegment bytes) throws IOException {
        for (var at = 0L; at < bytes.byteSize(); ) {
            var written = Kernel.write(state, descriptor, bytes.asSlice(at));
            if (written < 0 && Kernel.errno(state) != Kernel.EINTR) {
                throw failure();
            }
            at += Math.max(0, written);
        }
    }

    /// @param mode the permissions that it has, as of `chmod`
    public void permit(int mode) throws IOException {
        if (Kernel.chmod(state, descriptor, mode) != 0) {
            throw failure();
        }
    }

    private IOException failure() {
        return new IOException(
                switch (Kernel.errno(state)) {
                    case Kernel.ENOSPC -> "No space left on device";
                    case Kernel.EDQUOT -> "Disk quota exceeded";
                    case Kernel.EFBIG -> "File too large";
                    default -> "error %d".formatted(Kernel.errno(state));
                });
    }

    /// Gives it a name; whatever has that name goes first, as it does with compilers. Returns whether it has the
    /// name now; if not, this file system or its rules do not allow it.
    ///
    /// @param file absolute, in the directory that it was made in
    /// @param passing another name there, which nothing has: its own for a moment, if `file` does not go by
    ///     itself
    public boolean place(Path file, Path passing) throws IOException {
        if (link(file)) {
            return true;
        }
        if (Kernel.errno(state) != Kernel.EEXIST) {
            return false;
        }
        // To rename it over the other would have file systems such as ext4 write it to the disk there and then.
        if (unlink(file) && link(file)) {
            return true;
        }
        if (!link(passing)) {
            return false;
        }
        try {
            Files.move(passing, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            Files.deleteIfExists(passing);
            throw e;
        }
    }

    private boolean unlink(Path file) {
        try (var memory = Arena.ofConfined()) {
            return Kernel.unlink(
                            state,
                            memory.allocateFrom(
                                    JAVA_BYTE, Name.of(file.toString()).path()))
                    == 0;
        }
    }

    private boolean link(Path file) {
        var name = Name.of(file.toString());
        try (var memory = Arena.ofConfined()) {
            var from = memory.allocateFrom("/proc/self/fd/" + descriptor);
            return name.obstacle().isEmpty()
                    && Kernel.link(state, from, memory.allocateFrom(JAVA_BYTE, name.path())) == 0;
        }
    }

    @Override
    public void close() {
        try (arena) {
            Kernel.close(state, descriptor);
        }
    }
}
