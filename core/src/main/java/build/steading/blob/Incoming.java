// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.digest.DigestingInputStream;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;

/// Writes the files of a store: whole, of the right digest, and all with one time of modification, so that
/// programs which compare the times of two inputs see no difference. Their owner may write, as actions see these
/// modes on their inputs, and expect to be able to change what they checked out. Thread-safe.
final class Incoming {
    private static final FileTime MODIFIED = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));
    private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final Set<PosixFilePermission> PLAIN = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final int BUFFER_BYTES = 128 * 1024;

    private final Durability durability;
    private final boolean masked;
    private final Object owner;

    /// @param directory where to find out what becomes of a new file
    Incoming(Path directory, Durability durability) throws IOException {
        this.durability = durability;
        var probe = directory.resolve("probe");
        Files.deleteIfExists(probe);
        Files.createFile(probe, PosixFilePermissions.asFileAttribute(EXECUTABLE));
        // A strict umask takes away bits that sandboxes of other users need: they are then set in a second call.
        this.masked = !Files.getPosixFilePermissions(probe).equals(EXECUTABLE);
        this.owner = Files.getAttribute(probe, "unix:uid");
        Files.delete(probe);
    }

    /// Writes `content` to the new file `target`, which the caller deletes if this fails.
    ///
    /// @throws SteadingException with `Invalid` if the bytes are not those of `digest`, `Unavailable` if
    ///     `content` cannot be read
    void write(Path target, InputStream content, Digest digest, FileKind kind) throws IOException {
        var permissions = kind.executable() ? EXECUTABLE : PLAIN;
        try (var file = FileChannel.open(target, NEW, PosixFilePermissions.asFileAttribute(permissions))) {
            copy(content, digest, file);
            if (durability == Durability.EACH) {
                file.force(true);
            }
        }
        if (masked) {
            Files.setPosixFilePermissions(target, permissions);
        }
        setTimes(target, kind.used());
    }

    /// @param used the time of last use that the file shall have
    record FileKind(boolean executable, Instant used) {}

    private static void copy(InputStream content, Digest digest, FileChannel file) throws IOException {
        var digesting = new DigestingInputStream(content, digest.function());
        // One byte more than there should be, so that a small blob's end is seen without another round.
        var buffer = new byte[(int) Math.min(digest.sizeBytes() + 1, BUFFER_BYTES)];
        var copied = 0L;
        while (true) {
            var n = read(digesting, buffer, digest);
            copied += n;
            if (copied > digest.sizeBytes()) {
                throw SteadingException.invalid("Content has more bytes than its digest `%s` says", digest);
            }
            writeAll(file, ByteBuffer.wrap(buffer, 0, n));
            if (n < buffer.length) {
                break;
            }
        }
        var found = digesting.digest();
        if (!found.equals(digest)) {
            throw SteadingException.invalid("Content has digest `%s`, not `%s`", found, digest);
        }
    }

    private static int read(InputStream content, byte[] buffer, Digest digest) {
        try {
            return content.readNBytes(buffer, 0, buffer.length);
        } catch (IOException e) {
            throw SteadingException.unavailable("Content of blob `%s` cannot be read".formatted(digest), e);
        }
    }

    private static void writeAll(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /// Makes a finished file that others wrote look like one of ours.
    void seal(Path file, Instant used) throws IOException {
        Files.setPosixFilePermissions(file, PLAIN);
        if (durability == Durability.EACH) {
            try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
        setTimes(file, used);
    }

    /// Returns whether `file` is as safe from others as the files made here: ours, and known by no other name.
    boolean isOurs(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid").equals(owner)
                && Files.getAttribute(file, "unix:nlink").equals(1);
    }

    private static void setTimes(Path file, Instant used) throws IOException {
        Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(MODIFIED, FileTime.from(used), null);
    }
}
