// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A small file that only its owner may read. Whoever opens it finds the whole of it, or the whole of what was
/// there before, also after a power failure.
final class PrivateFile {
    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<PosixFilePermission> OWNER_EXECUTE = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path path;

    PrivateFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /// @throws SteadingException with `Denied` if others can read the file, `Unavailable` if nobody can
    Optional<String> read() {
        try {
            if (!Files.exists(path)) {
                return Optional.empty();
            }
            checkOwnersAlone();
            return Optional.of(Files.readString(path));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Replaces what was there.
    void write(String content) {
        try {
            var temporary = written(content);
            try {
                Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
            syncDirectory();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Returns whether it wrote; false if there is a file already, which stays as it is.
    boolean create(String content) {
        try {
            var temporary = written(content);
            try {
                Files.createLink(path, temporary);
            } catch (FileAlreadyExistsException _) {
                return false;
            } finally {
                Files.deleteIfExists(temporary);
            }
            syncDirectory();
            return true;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Path written(String content) throws IOException {
        var directory = directory();
        Files.createDirectories(directory, isPosix(directory) ? mode(OWNER_EXECUTE) : new FileAttribute<?>[0]);
        // Made for its owner alone.
        var temporary = Files.createTempFile(directory, path.getFileName().toString(), ".new");
        try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        return temporary;
    }

    private void syncDirectory() throws IOException {
        if (isPosix(path)) {
            try (var channel = FileChannel.open(directory())) {
                channel.force(true);
            }
        }
    }

    private void checkOwnersAlone() throws IOException {
        if (!isPosix(path)) {
            return;
        }
        var mode = Files.getPosixFilePermissions(path);
        if (!OWNER.containsAll(mode)) {
            throw SteadingException.invalid(
                    "File `%s` has mode `%s`, but holds a secret; allowed is `rw-------`: type `chmod 600 %s`",
                    path, PosixFilePermissions.toString(mode), path);
        }
    }

    /// Removes the file, if it is there.
    void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    Path directory() {
        return Objects.requireNonNull(path.toAbsolutePath().getParent());
    }

    private static FileAttribute<?>[] mode(Set<PosixFilePermission> allowed) {
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(allowed)};
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private SteadingException failed(IOException cause) {
        return SteadingException.unavailable("File `%s`: %s".formatted(path, cause), cause);
    }
}
