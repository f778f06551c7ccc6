// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/// A file that is written before it has a name: nobody comes across a part of it, and however its writer ends,
/// nothing is left of it that was not whole. Not thread-safe; of the thread that made it.
public final class NamelessFile implements AutoCloseable {
    /// Nobody else may open it by way of our descriptor meanwhile.
    private static final int PRIVATE = 0600;

    private final Arena arena;
    private final MemorySegment state;
    private final int descriptor;
    private final Path self;
    private final OutputStream content;

    private NamelessFile(Arena arena, MemorySegment state, int descriptor) throws IOException {
        this.arena = arena;
        this.state = state;
        this.descriptor = descriptor;
        this.self = Path.of("/proc/self/fd/" + descriptor);
        this.content = new FileOutputStream(self.toFile());
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
            try {
                return Optional.of(new NamelessFile(arena, state, descriptor));
            } catch (IOException _) {
                // There is no `/proc`, so the file could not get a name either.
                Kernel.close(state, descriptor);
            }
        }
        arena.close();
        return Optional.empty();
    }

    /// Returns where to write it: no interrupt ends that half-way. It is closed with the file.
    public OutputStream content() {
        return content;
    }

    public void permit(Set<PosixFilePermission> permissions) throws IOException {
        Files.setPosixFilePermissions(self, permissions);
    }

    /// Gives it a name, in one step: whatever has that name goes, and is there until then. Returns whether it has
    /// the name now; if not, because this file system or its rules do not allow it, nothing has changed.
    ///
    /// @param file absolute, in the directory that it was made in
    /// @param passing another name there, which nothing has: its own for a moment, if `file` is there already
    public boolean place(Path file, Path passing) throws IOException {
        if (link(file)) {
            return true;
        }
        if (Kernel.errno(state) != Kernel.EEXIST || !link(passing)) {
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

    private boolean link(Path file) {
        var name = Name.of(file.toString());
        try (var memory = Arena.ofConfined()) {
            var from = memory.allocateFrom(JAVA_BYTE, Name.of(self.toString()).path());
            return name.obstacle().isEmpty()
                    && Kernel.link(state, from, memory.allocateFrom(JAVA_BYTE, name.path())) == 0;
        }
    }

    @Override
    public void close() throws IOException {
        try (arena) {
            Kernel.close(state, descriptor);
            content.close();
        }
    }
}
