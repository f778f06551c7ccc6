// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/// Reads files that stay the same while they are read, and stores what is in them. Thread-safe.
final class Reader {
    /// Files up to this length are in memory at once.
    static final int MAX_WHOLE_BYTES = 16 << 20;

    private static final long MAX_BYTES = 1 << 30;
    private static final int ATTEMPTS = 3;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final Frames frames;
    private final BlobStore blobs;
    private final InstantSource clock;

    Reader(Frames frames, BlobStore blobs, InstantSource clock) {
        this.frames = frames;
        this.blobs = blobs;
        this.clock = clock;
    }

    /// Takes what has been read, if it was not too long to be in memory at once.
    @FunctionalInterface
    interface Taker {
        Taker NOBODY = (_, _) -> {};

        void take(Digest digest, byte[] bytes);
    }

    /// Returns the time in nanoseconds since 1970. For signatures, it counts from before anything was looked at.
    long nanos() {
        var now = clock.instant();
        return now.getEpochSecond() * SECOND_NANOS + now.getNano();
    }

    /// Reads the file that a name leads to now.
    ///
    /// @throws SteadingException if it cannot be stored
    Reading read(Name name, Taker taker) {
        try (var frame = frames.take()) {
            for (var i = 0; i < ATTEMPTS; i++) {
                var reading = readOnce(frame, name, taker);
                if (reading.isPresent()) {
                    return reading.get();
                }
            }
            return new Reading.Unreadable("`%s` changes while it is read".formatted(name));
        }
    }

    /// Returns what a look says about reading a file; nothing if it can be tried.
    static Optional<Reading> hindrance(Name name, Look look) {
        return switch (look) {
            case Look.Absent _ -> Optional.of(Reading.Absent.ABSENT);
            case Look.Unreadable(var reason) -> Optional.of(new Reading.Unreadable(reason));
            case Look.Present(var signature)
            when signature.isDirectory() -> Optional.of(new Reading.Directory(signature));
            case Look.Present(var signature)
            when !signature.isFile() ->
                Optional.of(new Reading.Unreadable("`%s` is neither a file nor a directory".formatted(name)));
            case Look.Present(var signature)
            when signature.size() > MAX_BYTES ->
                Optional.of(new Reading.Unreadable(
                        "`%s` is longer than the %d bytes allowed here".formatted(name, MAX_BYTES)));
            case Look.Present _ -> Optional.empty();
        };
    }

    /// Returns nothing if the file has changed meanwhile.
    private Optional<Reading> readOnce(Frame frame, Name name, Taker taker) {
        var now = nanos();
        var descriptor = frame.open(name);
        if (descriptor < 0) {
            return hindrance(name, frame.failure(name));
        }
        try (var file = new OpenFile(frame, descriptor)) {
            var signature = file.signature();
            var hindrance = hindrance(name, new Look.Present(signature));
            if (hindrance.isPresent()) {
                return hindrance;
            }
            var digest = signature.size() > MAX_WHOLE_BYTES
                    ? storeLong(file, signature)
                    : storeWhole(file, signature, taker);
            return digest.map(found -> new Reading.File(new Content(signature, found, signature.vouchesAt(now))));
        } catch (IOException e) {
            return Optional.of(new Reading.Unreadable("`%s` cannot be read: %s".formatted(name, e.getMessage())));
        }
    }

    private Optional<Digest> storeWhole(OpenFile file, Signature signature, Taker taker) throws IOException {
        // One more shows that the file has grown.
        var bytes = file.content().readNBytes((int) signature.size() + 1);
        if (bytes.length != signature.size() || !file.signature().equals(signature)) {
            return Optional.empty();
        }
        var digest = Digest.of(bytes);
        blobs.put(digest, new ByteArrayInputStream(bytes));
        taker.take(digest, bytes);
        return Optional.of(digest);
    }

    private Optional<Digest> storeLong(OpenFile file, Signature signature) throws IOException {
        var digest = Digests.of(file.content());
        try {
            blobs.put(digest, file.content());
        } catch (SteadingException e) {
            // Other bytes than a moment ago are the file's fault, not the store's.
            if (e.failure() instanceof Failure.Invalid && !file.signature().equals(signature)) {
                return Optional.empty();
            }
            throw e;
        }
        return digest.sizeBytes() == signature.size() && file.signature().equals(signature)
                ? Optional.of(digest)
                : Optional.empty();
    }
}
