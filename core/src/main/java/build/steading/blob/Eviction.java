// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.failure.ByteSize;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.BackgroundJob;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Predicate;

/// Keeps a store within its size: the blobs that were used least recently go first, never those that are needed
/// or were used within the time of grace. Thread-safe.
///
/// The size is a hard limit. From 95 % of it on, blobs are evicted in the background, down to 90 %; whoever wants
/// to store more than still fits waits for that, and is refused if it does not help.
final class Eviction implements AutoCloseable {
    private static final Duration FUTILE_FOR = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /// Room is set aside in steps of this size, one ahead of the bytes that arrive.
    private static final long STEP_BYTES = 32 << 20;

    /// @param maxBytes size of the store
    /// @param grace how long a blob that was used stays for certain
    record Limits(long maxBytes, Duration grace) {}

    private final Shelves shelves;
    private final Limits limits;
    private final Predicate<Digest> needed;
    private final InstantSource clock;
    private final BackgroundJob background;

    @GuardedBy("this")
    private long reservedBytes;

    private final Object pass = new Object();

    @GuardedBy("pass")
    private Kept kept = new Kept(Instant.MIN, 0, 0);

    /// What could not be evicted.
    ///
    /// @param until before when it makes no sense to try again
    private record Kept(Instant until, long neededBytes, long recentBytes) {}

    Eviction(Shelves shelves, Limits limits, Predicate<Digest> needed, InstantSource clock) {
        this.shelves = shelves;
        this.limits = limits;
        this.needed = needed;
        this.clock = clock;
        this.background = new BackgroundJob("blob-eviction", this::tidy);
    }

    /// Sets room aside for bytes that are there. The caller closes it when they are stored, or never will be.
    ///
    /// @throws SteadingException with `Invalid` if they can never fit, `Overloaded` if they do not fit now
    Reservation reserve(long sizeBytes) {
        return reserve(sizeBytes, sizeBytes);
    }

    /// Sets room aside for bytes that somebody says will arrive: at first only for the first of them, as there
    /// may never be more. For the rest [Reservation#admitting] does.
    ///
    /// @throws SteadingException as [#reserve]
    Reservation expect(long sizeBytes) {
        return reserve(sizeBytes, Math.min(sizeBytes, STEP_BYTES));
    }

    private Reservation reserve(long sizeBytes, long now) {
        if (sizeBytes > limits.maxBytes()) {
            throw SteadingException.invalid(
                    "A blob of %s is larger than the whole store, which holds %s",
                    new ByteSize(sizeBytes), new ByteSize(limits.maxBytes()));
        }
        take(now);
        return new Reservation(sizeBytes, now);
    }

    private void take(long bytes) {
        if (!tryReserve(bytes)) {
            makeRoom(bytes);
        }
        if (usedBytes() > limits.maxBytes() - limits.maxBytes() / 20) {
            background.request();
        }
    }

    /// Room set aside, until it is closed. Belongs to one thread.
    final class Reservation implements AutoCloseable {
        private final long sizeBytes;
        private long heldBytes;

        private Reservation(long sizeBytes, long heldBytes) {
            this.sizeBytes = sizeBytes;
            this.heldBytes = heldBytes;
        }

        /// Returns `content`, for which there is room whenever some of it is returned.
        ///
        /// Reading throws a `SteadingException` with `Overloaded` if the rest does not fit.
        InputStream admitting(InputStream content) {
            return sizeBytes == heldBytes ? content : new Admitting(content);
        }

        private void cover(long arrivedBytes) {
            while (heldBytes < Math.min(arrivedBytes + STEP_BYTES, sizeBytes)) {
                var step = Math.min(sizeBytes - heldBytes, STEP_BYTES);
                take(step);
                heldBytes += step;
            }
        }

        @Override
        public void close() {
            release(heldBytes);
        }

        private final class Admitting extends FilterInputStream {
            private long arrivedBytes;

            Admitting(InputStream content) {
                super(content);
            }

            @Override
            public int read() throws IOException {
                var one = super.read();
                arrived(one < 0 ? 0 : 1);
                return one;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                var n = super.read(buffer, offset, length);
                arrived(Math.max(n, 0));
                return n;
            }

            private void arrived(int bytes) {
                arrivedBytes += bytes;
                cover(arrivedBytes);
            }
        }
    }

    private synchronized boolean tryReserve(long sizeBytes) {
        // Subtracting, as the sum of the sizes that clients claim may overflow.
        if (limits.maxBytes() - reservedBytes - shelves.usedBytes() < sizeBytes) {
            return false;
        }
        reservedBytes += sizeBytes;
        return true;
    }

    private synchronized void release(long sizeBytes) {
        reservedBytes -= sizeBytes;
    }

    private synchronized long usedBytes() {
        return reservedBytes + shelves.usedBytes();
    }

    private void makeRoom(long sizeBytes) {
        synchronized (pass) {
            if (tryReserve(sizeBytes)) {
                return;
            }
            if (!clock.instant().isBefore(kept.until())) {
                evict(sizeBytes);
                if (tryReserve(sizeBytes)) {
                    return;
                }
            }
            throw full();
        }
    }

    @GuardedBy("pass")
    private SteadingException full() {
        var message =
                "The store is full: %s of %s are used, of which running work needs %s and %s were used less than %s ago"
                        .formatted(
                                new ByteSize(usedBytes()),
                                new ByteSize(limits.maxBytes()),
                                new ByteSize(kept.neededBytes()),
                                new ByteSize(kept.recentBytes()),
                                limits.grace());
        return new SteadingException(new Failure.Overloaded(message, FUTILE_FOR));
    }

    private void tidy() {
        synchronized (pass) {
            if (!isTidy(0) && !clock.instant().isBefore(kept.until())) {
                evict(0);
            }
        }
    }

    /// Evicts what may go until the store is at most 90 % full and has room for `sizeBytes` more.
    void evict(long sizeBytes) {
        synchronized (pass) {
            var start = clock.instant();
            try {
                while (evictOldest(sizeBytes)) {
                    // The oldest blobs that fit into memory were not enough: on to the next oldest.
                }
            } catch (IOException e) {
                throw SteadingException.unavailable("The blobs of the store cannot be looked through", e);
            }
            if (!isTidy(sizeBytes)) {
                var end = clock.instant();
                var until = end.plus(pauseAfter(Duration.between(start, end)));
                kept = new Kept(until, kept.neededBytes(), kept.recentBytes());
            }
        }
    }

    /// Looking through a large store takes a while: nine tenths of the time are for other work.
    private static Duration pauseAfter(Duration pass) {
        var pause = pass.multipliedBy(10);
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause.plus(FUTILE_FOR) : LONGEST_PAUSE;
    }

    /// @return whether another pass would find more to evict
    @GuardedBy("pass")
    private boolean evictOldest(long sizeBytes) throws IOException {
        var limit = clock.instant().minus(limits.grace());
        var oldest = new Oldest();
        var held = new long[2];
        shelves.scan(entry -> {
            if (needed.test(entry.digest())) {
                held[0] += entry.diskBytes();
            } else if (entry.used().isAfter(limit)) {
                held[1] += entry.diskBytes();
            } else {
                oldest.offer(entry);
            }
        });
        if (Thread.currentThread().isInterrupted()) {
            return false;
        }
        kept = new Kept(kept.until(), held[0], held[1]);
        for (var entry : oldest.inOrder()) {
            if (isTidy(sizeBytes)) {
                return false;
            }
            entry.shelf().evict(entry.digest(), limit, needed);
        }
        return oldest.overflowed() && !isTidy(sizeBytes);
    }

    private boolean isTidy(long sizeBytes) {
        var target = Math.min(limits.maxBytes() - limits.maxBytes() / 10, limits.maxBytes() - sizeBytes);
        return usedBytes() <= target;
    }

    /// Ends the background work.
    @Override
    public void close() {
        background.close();
    }
}
