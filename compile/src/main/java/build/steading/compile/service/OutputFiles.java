// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.argv.Output;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Writes what compilers write, the way they do it.
///
/// The assembler removes a file or link that stands in its way, unless it leads to nothing or to an empty file;
/// the compiler proper writes into whatever is there, through links. A file that is new appears whole or not at
/// all.
final class OutputFiles {
    /// Of what a umask can take away, the bits.
    private static final Map<Integer, PosixFilePermission> BITS = Map.of(
            0400, PosixFilePermission.OWNER_READ,
            0200, PosixFilePermission.OWNER_WRITE,
            0040, PosixFilePermission.GROUP_READ,
            0020, PosixFilePermission.GROUP_WRITE,
            0004, PosixFilePermission.OTHERS_READ,
            0002, PosixFilePermission.OTHERS_WRITE);

    private final int umask;

    /// @param umask of whoever called the compiler
    OutputFiles(int umask) {
        this.umask = umask;
    }

    /// @throws IOException if the compiler would have failed as well
    void write(Output.Kind kind, Path file, ByteString content) throws IOException {
        var there = attributes(file, LinkOption.NOFOLLOW_LINKS);
        if (there == null) {
            create(file, content);
            return;
        }
        var target = attributes(file);
        if (target != null && isReplaced(kind) && target.isRegularFile() && target.size() > 0) {
            create(file, content);
            return;
        }
        overwrite(file, content);
    }

    /// Removes what a failed compile does not leave behind.
    static void remove(Path file) throws IOException {
        var there = attributes(file, LinkOption.NOFOLLOW_LINKS);
        if (there != null && (there.isRegularFile() || there.isSymbolicLink())) {
            Files.delete(file);
        }
    }

    /// Returns whether it is made by a program of the binutils.
    private static boolean isReplaced(Output.Kind kind) {
        return switch (kind) {
            case OBJECT, SPLIT_DEBUG -> true;
            case ASSEMBLY, DEPENDENCIES, COVERAGE_NOTES, STACK_USAGE, CALL_GRAPH, DIAGNOSTICS -> false;
        };
    }

    private void create(Path file, ByteString content) throws IOException {
        var fresh = file.resolveSibling(
                ".steading-%016x".formatted(ThreadLocalRandom.current().nextLong()));
        try {
            write(fresh, content, StandardOpenOption.CREATE_NEW);
            Files.setPosixFilePermissions(fresh, permissions());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    /// A dangling link leads to where the file is to be.
    private void overwrite(Path file, ByteString content) throws IOException {
        var isNew = !Files.exists(file);
        write(file, content, isNew ? StandardOpenOption.CREATE : StandardOpenOption.TRUNCATE_EXISTING);
        if (isNew) {
            Files.setPosixFilePermissions(file, permissions());
        }
    }

    private static void write(Path file, ByteString content, StandardOpenOption how) throws IOException {
        try (var channel = Files.newByteChannel(file, Set.of(StandardOpenOption.WRITE, how))) {
            for (var part : content.asReadOnlyByteBufferList()) {
                while (part.hasRemaining()) {
                    channel.write(part);
                }
            }
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
