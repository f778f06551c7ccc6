// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.BlobContent;
import build.steading.blob.BlobStore;
import build.steading.blob.Durability;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.BackgroundJob;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/// Keeps small blobs in packs: files to which they are appended, many at a time, so that being stored costs a
/// share of one write to the disk. Large blobs, and small ones that find no room, go to a store behind this one.
/// Thread-safe; the directory belongs to one process at a time.
///
/// Below the directory: `packs/` with the packs, and `index/`, which can be made of them anew and may be deleted
/// while no process runs.
public final class PackedBlobStore implements BlobStore, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PackedBlobStore.class.getName());
    private static final Duration TOUCH_EVERY = Duration.ofMinutes(5);
    private static final int MAX_ARRIVING_BYTES = 32 << 20;
    private static final int CHECKPOINT_BYTES = 64 << 20;

    /// How often a blob that moves while it is being read is looked for.
    private static final int ATTEMPTS = 10;

    /// @param directory made if it is absent
    /// @param maxBytes how much packs and index may take up
    /// @param grace for how long a blob stays for certain after it was stored, used or reported present
    /// @param sizes of packs and of what goes there
    /// @param straysBefore whether the store behind may have small blobs already when this is opened first
    public record Config(
            Path directory, long maxBytes, Duration grace, Durability durability, Sizes sizes, boolean straysBefore) {
        public Config {
            if (maxBytes < 2L * sizes.packBytes() || grace.isNegative()) {
                throw new IllegalArgumentException(
                        "Packs of together %d bytes with a grace of %s make no sense".formatted(maxBytes, grace));
            }
        }
    }

    /// @param packBytes how large a pack becomes
    /// @param maxBlobBytes of the largest blob that goes into a pack
    public record Sizes(int packBytes, int maxBlobBytes) {
        public static final Sizes STANDARD = new Sizes(64 << 20, 128 << 10);

        public Sizes {
            if (maxBlobBytes < 1 || packBytes < 2 * PackRecord.length(maxBlobBytes)) {
                throw new IllegalArgumentException(
                        "Packs of %d bytes with blobs of %d bytes make no sense".formatted(packBytes, maxBlobBytes));
            }
        }
    }

    private final Config config;
    private final BlobStore others;
    private final InstantSource clock;
    private final int touchSeconds;
    private final Strays strays;
    private final Packs packs;
    private final Index index;
    private final PackWriter writer;
    private final PackEviction eviction;
    private final BackgroundJob checkpoint;
    private final Semaphore arriving = new Semaphore(MAX_ARRIVING_BYTES);
    private volatile long checkpointAtBytes;

    /// Opens the store without looking at its blobs, but for those that were stored shortly before a crash.
    ///
    /// @param others keeps all other blobs, and small ones that are there already; the caller closes it after
    ///     this
    /// @param needed tells which blobs must not be evicted; quick, and does not call the store
    /// @throws SteadingException with `Unavailable` if the directory cannot be used
    public PackedBlobStore(Config config, BlobStore others, Predicate<Digest> needed, InstantSource clock) {
        this.config = config;
        this.others = others;
        this.clock = clock;
        var touchEvery = shorter(TOUCH_EVERY, config.grace().dividedBy(4));
        this.touchSeconds = (int) touchEvery.toSeconds();
        var sizes = config.sizes();
        try {
            var directory = config.directory().resolve("packs");
            this.strays = new Strays(directory, config.straysBefore());
            this.packs = new Packs(directory, config.durability());
            var recovery = new Recovery(packs, config.durability(), sizes.maxBlobBytes());
            var recovered = recovery.run(config.directory().resolve("index"));
            this.index = recovered.index();
            var tail = new PackTail(packs, sizes.packBytes(), recovered.lastNumber());
            this.writer = new PackWriter(tail, index, config.durability());
        } catch (IOException e) {
            throw SteadingException.unavailable("The store `%s` cannot be opened".formatted(config.directory()), e);
        }
        // A blob may have been used this much later than the index says, and a second is the smallest difference.
        var grace = config.grace().plus(touchEvery).plusSeconds(1);
        this.eviction = new PackEviction(
                new PackEviction.Parts(packs, index, writer, needed),
                new PackEviction.Limits(config.maxBytes(), grace, sizes.maxBlobBytes()),
                clock);
        this.checkpoint = new BackgroundJob("pack-checkpoint", this::checkpoint);
        this.checkpointAtBytes = CHECKPOINT_BYTES;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private boolean isSmall(Digest digest) {
        return digest.sizeBytes() > 0 && digest.sizeBytes() <= config.sizes().maxBlobBytes();
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        return findMissing(digests, true);
    }

    Set<Digest> findMissing(Set<Digest> digests, boolean durable) {
        var now = nowSeconds();
        var rest = new HashSet<Digest>();
        var missing = new HashSet<Digest>();
        var waits = false;
        for (var digest : digests) {
            var place = isSmall(digest) ? touch(digest, now) : Optional.<Place>empty();
            if (place.isPresent()) {
                waits |= durable && !writer.isDurable(place.get());
            } else if (isSmall(digest) && !strays.possible()) {
                missing.add(digest);
            } else {
                rest.add(digest);
            }
        }
        if (waits) {
            append(List.of(), true);
        }
        if (!rest.isEmpty()) {
            missing.addAll(others.findMissing(rest));
        }
        return missing;
    }

    private Optional<Place> touch(Digest digest, int nowSeconds) {
        var key = Key.of(digest);
        return index.table(key).touch(key, nowSeconds, touchSeconds);
    }

    /// Returns this store for what the process itself stores and can make again: it is told that a blob is stored
    /// before that would survive the end of the machine. Clients who ask for such a blob wait until it does.
    public BlobStore relaxed() {
        return new RelaxedBlobs(this);
    }

    private int nowSeconds() {
        return (int) clock.instant().getEpochSecond();
    }

    /// Opens a blob. One in a pack is read and verified at once; if its bytes are bad, it is missing from now on.
    @Override
    public InputStream open(Digest digest) {
        if (!isSmall(digest)) {
            return others.open(digest);
        }
        var found = read(digest);
        return found.isPresent() ? stream(found.get()) : others.open(digest);
    }

    private static InputStream stream(ByteBuffer content) {
        return new ByteArrayInputStream(content.array(), content.arrayOffset(), content.remaining());
    }

    private Optional<ByteBuffer> read(Digest digest) {
        var key = Key.of(digest);
        for (var i = 0; i < ATTEMPTS; i++) {
            var place = index.table(key).place(key);
            if (place.isEmpty()) {
                return Optional.empty();
            }
            try {
                var content = read(digest, place.get());
                touch(digest, nowSeconds());
                return content;
            } catch (NoSuchFileException _) {
                // The pack has just been evicted: the blob is elsewhere now, or gone.
            } catch (IOException e) {
                throw SteadingException.unavailable("Blob `%s` cannot be read".formatted(digest), e);
            }
        }
        return Optional.empty();
    }

    private Optional<ByteBuffer> read(Digest digest, Place place) throws IOException {
        var pack = packs.find(place.pack()).orElseThrow(() -> new NoSuchFileException("pack " + place.pack()));
        var length = PackRecord.length((int) digest.sizeBytes());
        var record = Optional.<PackRecord>empty();
        if (place.offset() >= 0 && place.offset() + (long) length <= pack.sizeBytes()) {
            var bytes = ByteBuffer.allocate(length);
            pack.read(bytes, place.offset());
            record = PackRecord.decode(bytes.flip())
                    .filter(found -> found.digest().equals(digest));
        }
        if (record.isEmpty()) {
            LOG.log(Level.WARNING, "The bytes of `{0}` in `{1}` at {2} are bad", digest, pack.file(), place.offset());
            var key = Key.of(digest);
            index.table(key).remove(key, place, _ -> true);
        }
        return record.map(PackRecord::content);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        put(digest, content, true);
    }

    void put(Digest digest, InputStream content, boolean durable) {
        if (!isSmall(digest)) {
            others.put(digest, content);
            return;
        }
        if (!arriving.tryAcquire((int) digest.sizeBytes())) {
            expectStrays();
            others.put(digest, content);
            return;
        }
        try {
            var place = touch(digest, nowSeconds());
            if (place.isEmpty()) {
                store(digest, readAll(digest, content), durable);
            } else if (durable && !writer.isDurable(place.get())) {
                append(List.of(), true);
            }
        } finally {
            arriving.release((int) digest.sizeBytes());
        }
    }

    private void store(Digest digest, byte[] bytes, boolean durable) {
        if (eviction.makeRoom(PackRecord.length(bytes.length))) {
            append(List.of(Append.of(digest, ByteBuffer.wrap(bytes), clock.instant())), durable);
        } else {
            expectStrays();
            others.put(digest, new ByteArrayInputStream(bytes));
        }
    }

    private void expectStrays() {
        try {
            strays.expect();
        } catch (IOException e) {
            throw SteadingException.unavailable("The store `%s` fails".formatted(config.directory()), e);
        }
    }

    @Override
    public Map<Integer, Failure> putAll(List<BlobContent> contents) {
        var failures = new HashMap<Integer, Failure>();
        var appends = new LinkedHashMap<Integer, Append>();
        var now = clock.instant();
        for (var i = 0; i < contents.size(); i++) {
            var content = contents.get(i);
            try {
                if (!isSmall(content.digest())) {
                    others.put(content.digest(), content.bytes().newInput());
                } else if (!isDurable(content.digest(), now)) {
                    check(
                            content.digest(),
                            content.digest().function().of(content.bytes().toByteArray()));
                    appends.put(i, Append.of(content.digest(), content.bytes().asReadOnlyByteBuffer(), now));
                }
            } catch (SteadingException e) {
                failures.put(i, e.failure());
            }
        }
        if (!appends.isEmpty()) {
            appendAll(appends, contents, failures);
        }
        return failures;
    }

    /// Records a use of a blob and returns whether it is there to stay.
    private boolean isDurable(Digest digest, Instant now) {
        var place = touch(digest, (int) now.getEpochSecond());
        return place.isPresent() && writer.isDurable(place.get());
    }

    private void appendAll(Map<Integer, Append> appends, List<BlobContent> contents, Map<Integer, Failure> failures) {
        var bytes = appends.values().stream()
                .mapToLong(append -> append.record().remaining())
                .sum();
        if (!eviction.makeRoom(bytes)) {
            expectStrays();
            var places = List.copyOf(appends.keySet());
            others.putAll(places.stream().map(contents::get).toList())
                    .forEach((i, failure) -> failures.put(places.get(i), failure));
            return;
        }
        try {
            append(List.copyOf(appends.values()), true);
        } catch (SteadingException e) {
            appends.keySet().forEach(i -> failures.put(i, e.failure()));
        }
    }

    private void append(List<Append> appends, boolean durable) {
        writer.append(appends, durable);
        if (packs.appendedBytes() >= checkpointAtBytes) {
            checkpointAtBytes = packs.appendedBytes() + CHECKPOINT_BYTES;
            checkpoint.request();
        }
    }

    private static byte[] readAll(Digest digest, InputStream content) {
        try {
            // One byte more than there should be tells that there is too much.
            var bytes = content.readNBytes((int) digest.sizeBytes() + 1);
            check(digest, digest.function().of(bytes));
            return bytes;
        } catch (IOException e) {
            throw SteadingException.unavailable("Content of blob `%s` cannot be read".formatted(digest), e);
        }
    }

    private static void check(Digest digest, Digest found) {
        if (!found.equals(digest)) {
            throw SteadingException.invalid("Content has digest `%s`, not `%s`", found, digest);
        }
    }

    private void checkpoint() {
        try {
            writer.append(List.of(), true);
            index.checkpoint(writer.end());
        } catch (IOException e) {
            throw SteadingException.unavailable("The index of the store cannot be saved", e);
        }
    }

    /// Evicts what may go until at most 90 % are used. It happens by itself in the background.
    public void evict() {
        eviction.evict(0);
    }

    /// Returns how many bytes packs and index take up.
    public long usedBytes() {
        return eviction.usedBytes();
    }

    /// Ends the background work and saves the index. Nobody may use the store any more.
    @Override
    public void close() {
        eviction.close();
        checkpoint.close();
        try {
            writer.close();
            index.checkpoint(writer.end());
            packs.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Could not save the index of `%s`".formatted(config.directory()), e);
        }
    }
}
