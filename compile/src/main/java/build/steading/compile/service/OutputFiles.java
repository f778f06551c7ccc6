// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Family;
import build.steading.compile.argv.Output;
import build.steading.compile.files.NamelessFile;
import com.google.protobuf.ByteString;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes what compilers write, the way they do it.
///
/// The assembler of GCC removes a file or link that stands in its way, unless it leads to nothing or to an empty
/// file; Clang always does; all else is written into whatever is there, through links. A file that is new appears
/// whole or not at all, and where the file system allows it, has no name while it is written: who is killed
/// meanwhile leaves nothing behind.
final class OutputFiles {
    /// Of what a umask can take away, the bits.
    private static final Map<Integer, PosixFilePermission> BITS = Map.of(
            0400, PosixFilePermission.OWNER_READ,
            0200, PosixFilePermission.OWNER_WRITE,
            0040, PosixFilePermission.GROUP_READ,
            0020, PosixFilePermission.GROUP_WRITE,
            0004, PosixFilePermission.OTHERS_READ,
            0002, PosixFilePermission.OTHERS_WRITE);

    private static final int READ_WRITE = 0666;

    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Compile compile;
    private final int umask;
    private final Function<Path, Optional<NamelessFile>> nameless;

    /// @param umask of whoever called the compiler
    OutputFiles(Compile compile, int umask) {
        this(compile, umask, NamelessFile::in);
    }

    /// @param nameless makes a file in a directory, if there it can
    OutputFiles(Compile compile, int umask, Function<Path, Optional<NamelessFile>> nameless) {
        this.compile = compile;
        this.umask = umask;
        this.nameless = nameless;
    }

    /// What becomes of a file that is there already.
    private enum Manner {
        /// It is written to.
        KEPT,
        /// It is written to if it is empty; otherwise a new one takes its place.
        KEPT_IF_EMPTY,
        /// A new one takes its place.
        REPLACED
    }

    /// @throws IOException if the compiler might have failed as well
    void write(Output.Kind kind, Path file, ByteString content) throws IOException {
        var target = attributes(file);
        if (target != null && !target.isRegularFile()) {
            throw new IOException("`%s` is no regular file".formatted(file));
        }
        var isFree = attributes(file, LinkOption.NOFOLLOW_LINKS) == null;
        var isReplaced = switch (manner(kind)) {
            case KEPT -> isFree;
            case KEPT_IF_EMPTY -> isFree || (target != null && target.size() > 0);
            case REPLACED -> true;
        };
        if (isReplaced) {
            create(file, content);
        } else {
            overwrite(file, content, target == null);
        }
    }

    /// Removes what a failed compile does not leave behind: an object of GCC stays, for nobody came to it.
    void removeAfterFailure(Output.Kind kind, Path file) throws IOException {
        var isRemoved = switch (kind) {
            case ASSEMBLY -> true;
            case OBJECT -> isClang();
            default -> false;
        };
        var target = attributes(file);
        if (isRemoved && target != null && target.isRegularFile()) {
            Files.delete(file);
        }
    }

    private Manner manner(Output.Kind kind) {
        return switch (kind) {
            case OBJECT ->
                !isClang() ? Manner.KEPT_IF_EMPTY : compile.language().isAssembler() ? Manner.KEPT : Manner.REPLACED;
            case ASSEMBLY -> isClang() ? Manner.REPLACED : Manner.KEPT;
            case SPLIT_DEBUG -> isClang() ? Manner.KEPT : Manner.KEPT_IF_EMPTY;
            case DEPENDENCIES, COVERAGE_NOTES, STACK_USAGE, CALL_GRAPH, DIAGNOSTICS -> Manner.KEPT;
        };
    }

    private boolean isClang() {
        return compile.compiler().family() == Family.CLANG;
    }

    private void create(Path file, ByteString content) throws IOException {
        var passing = file.resolveSibling(
                ".steading-%016x".formatted(ThreadLocalRandom.current().nextLong()));
        if (!createNameless(file, content, passing)) {
            createNamed(file, content, passing);
        }
    }

    /// Returns whether it is there: not every file system can do that.
    private boolean createNameless(Path file, ByteString content, Path passing) throws IOException {
        var made = nameless.apply(passing.resolveSibling("."));
        if (made.isEmpty()) {
            return false;
        }
        try (var fresh = made.get()) {
            for (var part : content.asReadOnlyByteBufferList()) {
                fresh.write(part);
            }
            fresh.permit(READ_WRITE & ~umask);
            return fresh.place(file, passing);
        }
    }

    private void createNamed(Path file, ByteString content, Path passing) throws IOException {
        try {
            Files.createFile(passing, PRIVATE);
            write(passing, content);
            Files.setPosixFilePermissions(passing, permissions());
            Files.move(passing, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(passing);
            throw e;
        }
    }

    /// @param dangles whether a link leads to where the file is to be
    private void overwrite(Path file, ByteString content, boolean dangles) throws IOException {
        write(file, content);
        if (dangles) {
            Files.setPosixFilePermissions(file, permissions());
        }
    }

    /// No interrupt ends this half-way.
    private static void write(Path file, ByteString content) throws IOException {
        try (var out = new FileOutputStream(file.toFile())) {
            content.writeTo(out);
        }
    }

    private Set<PosixFilePermission> permissions() {
        var permissions = PosixFilePermissions.fromString("rw-rw-rw-");
        BITS.forEach((bit, permission) -> {
            if ((umask & bit) != 0) {
                permissions.remove(permission);
            }
        });
        return permissions;
    }

    private static @Nullable BasicFileAttributes attributes(Path file, LinkOption... options) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, options);
        } catch (NoSuchFileException _) {
            return null;
        }
    }
}
