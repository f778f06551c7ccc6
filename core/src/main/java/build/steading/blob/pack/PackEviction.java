// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.BackgroundJob;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Keeps the packs within their size: the oldest packs go first, and what is still worth keeping in them is
/// appended anew. Thread-safe.
///
/// Worth keeping is what is needed or was used within the time of grace, always; and of the rest what was used
/// again after it was written, the latest first, until half of the pack is kept: that comes near the least
/// recently used going first, and every pack yields room. A pack most of which has to be kept stays as it is.
///
/// From 95 % of the size on, packs are evicted in the background, down to 90 %.
final class PackEviction implements AutoCloseable {
    private static final Duration FUTILE_FOR = Duration.ofSeconds(10);
    private static final int MOVED_TOGETHER_BYTES = 1 << 20;

    /// @param maxBytes how large packs and index may be together
    /// @param grace how long a blob that was used stays for certain
    /// @param maxBlobBytes of the largest blob in a pack
    record Limits(long maxBytes, Duration grace, int maxBlobBytes) {}

    /// @param needed tells which blobs must not go
    record Parts(Packs packs, Index index, PackWriter writer, Predicate<Digest> needed) {}

    private final Parts parts;
    private final Limits limits;
    private final InstantSource clock;
    private final BackgroundJob background;
    private final Object pass = new Object();

    @GuardedBy("pass")
    private Instant futileUntil = Instant.MIN;

    /// A blob that is in the pack that is looked at.
    private record Candidate(Digest digest, Key key, Place place, int length, int usedSeconds, boolean usedAgain) {}

    PackEviction(Parts parts, Limits limits, InstantSource clock) {
        this.parts = parts;
        this.limits = limits;
        this.clock = clock;
        this.background = new BackgroundJob("pack-eviction", () -> evict(0));
    }

    /// Sees to it that there is room for so many bytes.
    ///
    /// @return whether there is
    boolean makeRoom(long bytes) {
        var used = usedBytes();
        if (used > limits.maxBytes() - limits.maxBytes() / 20) {
            background.request();
        }
        if (used + bytes <= limits.maxBytes()) {
            return true;
        }
        evict(bytes);
        return usedBytes() + bytes <= limits.maxBytes();
    }

    long usedBytes() {
        return parts.packs().usedBytes() + parts.index().usedBytes();
    }

    /// Evicts what may go until at most 90 % are used and there is room for so many bytes more.
    void evict(long bytes) {
        synchronized (pass) {
            if (isTidy(bytes) || clock.instant().isBefore(futileUntil)) {
                return;
            }
            try {
                for (var pack : parts.packs().oldestFirst()) {
                    if (isTidy(bytes) || Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    if (pack.number() != parts.writer().end().pack()) {
                        evict(pack);
                    }
                }
            } catch (IOException e) {
                throw SteadingException.unavailable("The packs of the store cannot be looked through", e);
            }
            if (!isTidy(bytes)) {
                futileUntil = clock.instant().plus(FUTILE_FOR);
            }
        }
    }

    private boolean isTidy(long bytes) {
        return usedBytes() <= Math.min(limits.maxBytes() - limits.maxBytes() / 10, limits.maxBytes() - bytes);
    }

    private void evict(Pack pack) throws IOException {
        var limit = (int) clock.instant().minus(limits.grace()).getEpochSecond();
        var candidates = candidates(pack);
        var kept = new HashSet<Place>();
        var keptBytes = 0L;
        for (var candidate : candidates) {
            if (mustStay(candidate.digest(), candidate.usedSeconds(), limit)) {
                kept.add(candidate.place());
                keptBytes += candidate.length();
            }
        }
        if (keptBytes > pack.sizeBytes() - pack.sizeBytes() / 4) {
            return;
        }
        candidates.sort(Comparator.comparingInt(Candidate::usedSeconds).reversed());
        for (var candidate : candidates) {
            if (candidate.usedAgain()
                    && keptBytes + candidate.length() <= pack.sizeBytes() / 2
                    && kept.add(candidate.place())) {
                keptBytes += candidate.length();
            }
        }
        drop(candidates, kept, limit);
        move(pack, kept);
        parts.packs().remove(pack);
    }

    private boolean mustStay(Digest digest, int usedSeconds, int limit) {
        return usedSeconds > limit || parts.needed().test(digest);
    }

    private List<Candidate> candidates(Pack pack) throws IOException {
        var candidates = new ArrayList<Candidate>();
        new PackScan(pack, limits.maxBlobBytes()).from(0, (place, record) -> {
            var key = Key.of(record.digest());
            var used = parts.index().table(key).used(key, place);
            if (used.isPresent()) {
                candidates.add(new Candidate(
                        record.digest(),
                        key,
                        place,
                        PackRecord.length(record.content().remaining()),
                        used.getAsInt(),
                        used.getAsInt() > record.writtenSeconds()));
            }
        });
        return candidates;
    }

    /// Removes what is not kept; what somebody came to need meanwhile is kept as well.
    private void drop(List<Candidate> candidates, Set<Place> kept, int limit) {
        for (var candidate : candidates) {
            if (!kept.contains(candidate.place())) {
                var gone = parts.index()
                        .table(candidate.key())
                        .remove(candidate.key(), candidate.place(), used -> !mustStay(candidate.digest(), used, limit));
                if (!gone) {
                    kept.add(candidate.place());
                }
            }
        }
    }

    private void move(Pack pack, Set<Place> kept) throws IOException {
        var moves = new ArrayList<Append>();
        var bytes = new long[1];
        new PackScan(pack, limits.maxBlobBytes()).from(0, (place, record) -> {
            if (kept.contains(place)) {
                moves.add(Append.move(record, place, clock.instant()));
                bytes[0] += PackRecord.length(record.content().remaining());
            }
            if (bytes[0] >= MOVED_TOGETHER_BYTES) {
                parts.writer().append(moves, true);
                moves.clear();
                bytes[0] = 0;
            }
        });
        parts.writer().append(moves, true);
    }

    /// Ends the background work.
    @Override
    public void close() {
        background.close();
    }
}
