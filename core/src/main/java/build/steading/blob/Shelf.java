// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/// One of the 256 directories of a [FileBlobStore]: the blobs whose hashes begin with the same two digits.
///
/// Thread-safe. One lock makes what is said about a blob, the file itself and the count of bytes change together;
/// it is held over a few system calls, or over one pass through this directory. Where nothing may be evicted
/// between two steps, both are one method here.
///
/// A use is recorded as the file's time of access. The time of modification stays what it was when the blob was
/// stored: it is seen through hard links, by `make` for one, and a changed one means that somebody wrote.
final class Shelf {
    /// What the names of unfinished files begin with.
    static final String UNFINISHED = ".new-";

    /// A blob as it was found on a pass through the directory.
    ///
    /// @param diskBytes what its main file and its executable twin take up
    record Entry(Shelf shelf, Digest digest, long diskBytes, Instant used) {
        private Entry doubled() {
            return new Entry(shelf, digest, 2 * diskBytes, used);
        }
    }

    private final Path directory;
    private final Ledger ledger;

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private boolean made;

    /// Whether the directory itself survives the end of the machine.
    @GuardedBy("this")
    private boolean rooted;

    /// @param directory made when it is needed
    /// @param bytes what the blobs here take up, as far as is known
    Shelf(Path directory, Ledger ledger, long bytes) {
        this.directory = directory;
        this.ledger = ledger;
        this.bytes = bytes;
        ledger.addBytes(bytes);
    }

    Path file(Digest digest, boolean executable) {
        return directory.resolve(BlobName.of(digest, executable));
    }

    /// Returns where to write what is not yet to be seen.
    synchronized Path unfinished(String unique) throws IOException {
        make();
        return directory.resolve(UNFINISHED + unique);
    }

    @GuardedBy("this")
    private void make() throws IOException {
        if (!made) {
            Files.createDirectories(directory);
            made = true;
        }
    }

    synchronized long bytes() {
        return bytes;
    }

    /// Makes the finished `file` visible as a blob; it is deleted if the blob is there already.
    synchronized void publish(Path file, Digest digest, boolean executable, Publication how) throws IOException {
        make();
        var target = file(digest, executable);
        if (Files.exists(target)) {
            Files.delete(file);
            touch(digest, how.now());
            return;
        }
        if (how.durability() == Durability.EACH && !rooted) {
            sync(Objects.requireNonNull(directory.getParent()));
            rooted = true;
        }
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        count(Ledger.diskBytes(digest));
        if (how.durability() == Durability.EACH) {
            sync(directory);
        }
        if (!executable) {
            ledger.recordUse(digest, how.now());
        }
    }

    /// @param now when the file was last used, as the file itself says as well
    record Publication(Instant now, Durability durability) {}

    private static void sync(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Records a use of the blob and returns whether it is present.
    synchronized boolean touch(Digest digest, Instant now) throws IOException {
        var file = file(digest, false);
        if (!Files.exists(file)) {
            ledger.forget(digest);
            return false;
        }
        try {
            Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(null, FileTime.from(now), null);
        } catch (NoSuchFileException _) {
            return false;
        }
        ledger.recordUse(digest, now);
        return true;
    }

    /// Hands a file whose bytes are bad to `quarantine`, unless another one has taken its place meanwhile.
    ///
    /// @param looked what the bad file looked like
    synchronized void withdraw(Digest digest, boolean executable, BasicFileAttributes looked, Quarantine quarantine)
            throws IOException {
        var file = file(digest, executable);
        try {
            var now = Files.readAttributes(file, BasicFileAttributes.class);
            if (!Objects.equals(now.fileKey(), looked.fileKey())) {
                return;
            }
            if (!executable) {
                ledger.forget(digest);
                dropTwin(digest);
            }
            quarantine.take(file);
            count(-Ledger.diskBytes(digest));
        } catch (NoSuchFileException _) {
            ledger.forget(digest);
        }
    }

    /// Deletes a blob, unless it has been used after `limit` or is needed.
    ///
    /// @return whether it is gone
    synchronized boolean evict(Digest digest, Instant limit, Predicate<Digest> needed) throws IOException {
        var file = file(digest, false);
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.lastAccessTime().toInstant().isAfter(limit) || needed.test(digest)) {
                return false;
            }
            ledger.forget(digest);
            Files.delete(file);
            count(-Ledger.diskBytes(digest));
            dropTwin(digest);
        } catch (NoSuchFileException _) {
            ledger.forget(digest);
        }
        return true;
    }

    @GuardedBy("this")
    private void dropTwin(Digest digest) throws IOException {
        if (Files.deleteIfExists(file(digest, true))) {
            count(-Ledger.diskBytes(digest));
        }
    }

    @GuardedBy("this")
    private void count(long change) {
        bytes += change;
        ledger.addBytes(change);
    }

    /// Looks at every file: corrects the count of bytes, deletes twins without a blob and what dead processes
    /// left unfinished, and returns the blobs.
    ///
    /// @param alive what the names of this process's unfinished files begin with
    synchronized List<Entry> scan(String alive) throws IOException {
        var entries = new ArrayList<Entry>();
        var twins = new HashSet<String>();
        try (var list = Files.newDirectoryStream(directory)) {
            for (var file : list) {
                var name = Objects.requireNonNull(file.getFileName()).toString();
                if (name.startsWith(UNFINISHED)) {
                    deleteUnless(name.startsWith(alive), file);
                } else if (name.endsWith(BlobName.TWIN)) {
                    twins.add(name);
                } else {
                    look(file, name).ifPresent(entries::add);
                }
            }
        } catch (NoSuchFileException _) {
            // Nothing has been stored here yet.
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.replaceAll(entry -> twins.remove(BlobName.of(entry.digest(), true)) ? entry.doubled() : entry);
        for (var orphan : twins) {
            Files.deleteIfExists(directory.resolve(orphan));
        }
        count(entries.stream().mapToLong(Entry::diskBytes).sum() - bytes);
        return entries;
    }

    private static void deleteUnless(boolean alive, Path file) throws IOException {
        if (!alive) {
            Files.deleteIfExists(file);
        }
    }

    private Optional<Entry> look(Path file, String name) throws IOException {
        var digest = BlobName.parse(name);
        if (digest.isEmpty()) {
            return Optional.empty();
        }
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            var used = attributes.lastAccessTime().toInstant();
            return Optional.of(new Entry(this, digest.get(), Ledger.diskBytes(digest.get()), used));
        } catch (NoSuchFileException _) {
            // Somebody deleted it under our eyes: it is not here.
            return Optional.empty();
        }
    }
}
