// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.blob.Eviction.Limits;
import build.steading.blob.Incoming.FileKind;
import build.steading.blob.Shelf.Publication;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.ByteSize;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.BackgroundJob;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/// Keeps each blob in a file of its own below one directory, which belongs to one process at a time. Thread-safe.
///
/// Below the directory: `blobs/ab/abcd…-123` (`hash-size`, mode 0644), beside it `….x` (its executable twin, mode
/// 0755) and `.new-…` (unfinished files), `quarantine/` (the last few files whose bytes were found bad), `usage`.
/// A file is renamed to its name when it is whole and verified, so a crash leaves at most `.new-…` files, which
/// the next process clears away. All files are modified at one moment long ago, so that no two inputs of an
/// action seem to be of different age; a use is recorded in the time of access, every few minutes at most.
public final class FileBlobStore implements LocalBlobs, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FileBlobStore.class.getName());
    private static final Duration TOUCH_EVERY = Duration.ofMinutes(5);

    /// From this size on it pays to note that a file just written is verified, rather than to hash it when
    /// needed.
    private static final long NOTED_BYTES = 64 * 1024;

    /// @param directory made if it is absent
    /// @param maxBytes how much all blobs may take up, in blocks of 4 KiB
    /// @param grace for how long a blob stays for certain after it was stored, used or reported present
    public record Config(Path directory, long maxBytes, Duration grace, Durability durability) {
        public Config {
            if (maxBytes <= 0 || grace.isNegative()) {
                throw new IllegalArgumentException(
                        "A store of %d bytes with a grace of %s makes no sense".formatted(maxBytes, grace));
            }
        }
    }

    private final Config config;
    private final InstantSource clock;
    private final Ledger ledger;
    private final Shelves shelves;
    private final Incoming incoming;
    private final Eviction eviction;
    private final Quarantine quarantine;
    private final BackgroundJob count;
    private final Verified verified = new Verified();
    private final BlockSums sums = new BlockSums();
    private final String unique = "%x-%x-".formatted(ProcessHandle.current().pid(), System.nanoTime());
    private final AtomicLong unfinished = new AtomicLong();

    /// Opens the store without looking at its blobs.
    ///
    /// @param needed tells which blobs must not be evicted, for instance [Pins]; quick, and does not call the
    ///     store
    /// @throws SteadingException with `Unavailable` if the directory cannot be used
    public FileBlobStore(Config config, Predicate<Digest> needed, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        // A blob may have been used this much later than its file says, so the promise is that much longer.
        var touchEvery = shorter(TOUCH_EVERY, config.grace().dividedBy(4));
        this.ledger = new Ledger(touchEvery);
        try {
            var directory = Files.createDirectories(config.directory());
            var bad = Files.createDirectories(directory.resolve("quarantine"));
            this.shelves = new Shelves(directory, ledger, Shelf.UNFINISHED + unique);
            this.incoming = new Incoming(directory, config.durability());
            this.quarantine = new Quarantine(bad, config.maxBytes() / 20, clock);
        } catch (IOException e) {
            throw unavailable("The store cannot be opened", e);
        }
        var limits = new Limits(config.maxBytes(), config.grace().plus(touchEvery));
        this.eviction = new Eviction(shelves, limits, needed, clock);
        this.count = new BackgroundJob("blob-count", this::count);
        if (!shelves.isExact()) {
            count.request();
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private void count() {
        try {
            shelves.scan(_ -> {});
        } catch (IOException e) {
            throw unavailable("The blobs cannot be counted", e);
        }
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        var missing = new HashSet<Digest>();
        for (var digest : digests) {
            if (!isPresent(digest)) {
                missing.add(digest);
            }
        }
        return missing;
    }

    private boolean isPresent(Digest digest) {
        var now = clock.instant();
        if (digest.isEmpty() || ledger.isFresh(digest, now)) {
            return true;
        }
        try {
            return shelves.of(digest).touch(digest, now);
        } catch (IOException e) {
            throw unavailable("Blob `%s` cannot be looked up".formatted(digest), e);
        }
    }

    @Override
    public InputStream open(Digest digest) {
        if (digest.isEmpty()) {
            return InputStream.nullInputStream();
        }
        var file = shelves.of(digest).file(digest, false);
        try {
            var content = Files.newInputStream(file);
            // From here on the bytes can be read even if the blob is evicted.
            isPresent(digest);
            return sums.verify(content, digest, () -> withdrawIfBad(digest, false));
        } catch (NoSuchFileException _) {
            ledger.forget(digest);
            throw missing(digest);
        } catch (IOException e) {
            throw unavailable("Blob `%s` cannot be opened".formatted(digest), e);
        }
    }

    @Override
    public void put(Digest digest, InputStream content) {
        var known = ledger.isFresh(digest, clock.instant());
        if (known && Files.exists(shelves.of(digest).file(digest, false))) {
            return;
        }
        write(digest, content, false);
    }

    private void write(Digest digest, InputStream content, boolean executable) {
        var shelf = shelves.of(digest);
        try (var room = eviction.expect(Ledger.diskBytes(digest))) {
            var file = shelf.unfinished(unique + unfinished.getAndIncrement());
            var published = false;
            try {
                var now = clock.instant();
                incoming.write(file, room.admitting(content), digest, new FileKind(executable, now));
                var look = digest.sizeBytes() < NOTED_BYTES ? Optional.<BasicFileAttributes>empty() : look(file);
                shelf.publish(file, digest, executable, new Publication(now, config.durability()));
                published = true;
                look.ifPresent(attributes -> verified.add(shelf.file(digest, executable), attributes));
            } finally {
                if (!published) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw unavailable("Blob `%s` cannot be stored".formatted(digest), e);
        }
    }

    @Override
    public Path file(Digest digest, boolean executable) {
        if (!isPresent(digest)) {
            throw missing(digest);
        }
        var file = shelves.of(digest).file(digest, executable);
        try {
            var look = look(file);
            if (look.isEmpty()) {
                makeFile(digest, executable);
                look = look(file);
            }
            if (look.isPresent() && isGood(digest, file, look.get())) {
                return file;
            }
            withdrawIfBad(digest, executable);
            // A twin is made anew from the blob; a blob that was bad is now missing.
            return executable ? file(digest, true) : gone(digest);
        } catch (NoSuchFileException _) {
            // It was evicted meanwhile.
            return gone(digest);
        } catch (IOException e) {
            throw unavailable("Blob `%s` cannot be verified".formatted(digest), e);
        }
    }

    /// Makes a file that follows from what is in the store: the empty blob's, or the executable twin of a blob.
    private void makeFile(Digest digest, boolean executable) throws IOException {
        if (digest.isEmpty()) {
            write(digest, InputStream.nullInputStream(), executable);
            return;
        }
        if (!executable) {
            gone(digest);
        }
        try (var content = Files.newInputStream(file(digest, false))) {
            write(digest, content, true);
        }
    }

    private boolean isGood(Digest digest, Path file, BasicFileAttributes look) throws IOException {
        if (verified.contains(file, look)) {
            return true;
        }
        if (look.size() != digest.sizeBytes()
                || !Digests.of(file, digest.function()).equals(digest)) {
            return false;
        }
        verified.add(file, look);
        return true;
    }

    private Path gone(Digest digest) {
        ledger.forget(digest);
        throw missing(digest);
    }

    private void withdrawIfBad(Digest digest, boolean executable) {
        var shelf = shelves.of(digest);
        var file = shelf.file(digest, executable);
        try {
            var look = look(file);
            if (look.isPresent()
                    && (look.get().size() != digest.sizeBytes()
                            || !Digests.of(file, digest.function()).equals(digest))) {
                shelf.withdraw(digest, executable, look.get(), quarantine);
            }
        } catch (IOException e) {
            // The reader is told that the bytes are bad, all the same.
            LOG.log(Level.WARNING, "Could not put `%s` into quarantine".formatted(file), e);
        }
    }

    private static Optional<BasicFileAttributes> look(Path file) throws IOException {
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /// Takes over a finished file. It is moved if that makes it ours alone; a file that is on another file
    /// system, has other hard links or belongs to another user, who could write to it later, is copied and
    /// deleted.
    ///
    /// @throws SteadingException with `Invalid` if `file` is not a regular file, `Unavailable` if the medium
    ///     fails or is full
    @Override
    public Digest adopt(Path file, HashFunction function) {
        try {
            var look = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!look.isRegularFile()) {
                throw SteadingException.invalid("`%s` is not a regular file", file);
            }
            if (!incoming.isOurs(file)) {
                return copyIn(file, function);
            }
            try (var _ = eviction.reserve(look.size())) {
                return moveIn(file, function);
            } catch (AtomicMoveNotSupportedException _) {
                return copyIn(file, function);
            }
        } catch (IOException e) {
            throw unavailable("`%s` cannot be moved into the store".formatted(file), e);
        }
    }

    private Digest moveIn(Path file, HashFunction function) throws IOException {
        var now = clock.instant();
        incoming.seal(file, now);
        var look = Files.readAttributes(file, BasicFileAttributes.class);
        var digest = Digests.of(file, function);
        var shelf = shelves.of(digest);
        shelf.publish(file, digest, false, new Publication(now, config.durability()));
        verified.add(shelf.file(digest, false), look);
        return digest;
    }

    private Digest copyIn(Path file, HashFunction function) throws IOException {
        var digest = Digests.of(file, function);
        try (var content = Files.newInputStream(file)) {
            put(digest, content);
        }
        Files.delete(file);
        return digest;
    }

    /// Evicts what may go until the store is at most 90 % full. It happens by itself in the background.
    public void evict() {
        eviction.evict(0);
    }

    /// Returns how many bytes all blobs take up. After a crash this is only near the truth until they are
    /// counted.
    public long usedBytes() {
        return shelves.usedBytes();
    }

    private static SteadingException missing(Digest digest) {
        return new SteadingException(new Failure.MissingBlobs(Set.of(digest)));
    }

    private SteadingException unavailable(String what, IOException e) {
        var reason = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        var message = "%s in `%s` (%s free): %s".formatted(what, config.directory(), free(), reason);
        return SteadingException.unavailable(message, e);
    }

    private String free() {
        try {
            return new ByteSize(Files.getFileStore(config.directory()).getUsableSpace()).toString();
        } catch (IOException _) {
            return "an unknown amount";
        }
    }

    /// Ends the background work and saves the count of bytes. Nobody may use the store any more.
    @Override
    public void close() {
        count.close();
        eviction.close();
        try {
            shelves.save(true);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Could not save the size of the store `%s`".formatted(config.directory()), e);
        }
    }
}
