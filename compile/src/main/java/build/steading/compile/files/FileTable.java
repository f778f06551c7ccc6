// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.stream.Stream;

/// The files of this machine: what is at a name now, and what is in it.
///
/// Every answer is the kernel's, asked by one system call, or known to be what it would say; only what the kernel
/// vouches for is not read again.
/// Names are absolute and never folded: `..` leads to the parent of wherever the name before it really is.
/// Thread-safe, and of bounded size; there is nothing to close.
public final class FileTable {
    private static final int MAX_NAMES = 200_000;
    private static final int MAX_CONTENTS = 200_000;
    private static final int MAX_SCANS = 100_000;
    private static final int LOCKS = 64;

    private final Frames frames;
    private final Known<String, Name> names = new Known<>(MAX_NAMES);
    private final Known<Signature, Content> contents = new Known<>(MAX_CONTENTS);
    private final Known<String, Signature> vacancies = new Known<>(MAX_NAMES);
    private final Scans scans = new Scans(MAX_SCANS);
    private final Object[] locks = Stream.generate(Object::new).limit(LOCKS).toArray();
    private final BlobStore blobs;
    private final Reader reader;

    /// @param blobs where contents are stored as they are read
    /// @param lookout spares it looks
    /// @param clock the one by which the kernel stamps files
    FileTable(BlobStore blobs, Lookout lookout, InstantSource clock) {
        this.frames = new Frames(lookout);
        this.blobs = blobs;
        this.reader = new Reader(frames, blobs, clock);
    }

    /// Returns a table that looks at what may have changed without the kernel telling of it, and else as often
    /// as it is told. It begins to be told when it is asked for the same names again.
    ///
    /// @param blobs where contents are stored as they are read
    public static FileTable watching(BlobStore blobs) {
        return new FileTable(blobs, Lookout.open(), InstantSource.system());
    }

    /// Returns a table that looks each time.
    public static FileTable looking(BlobStore blobs) {
        return new FileTable(blobs, Lookout.none(), InstantSource.system());
    }

    /// Returns what is at a name now, following links.
    ///
    /// @throws IllegalArgumentException if the name is not absolute, as everywhere here
    public Look look(String absolute) {
        try (var frame = frames.take()) {
            return frame.look(name(absolute));
        }
    }

    /// Returns what is in the file at a name now. It has been stored; whoever needs the blob later asks for it by
    /// [#keep].
    ///
    /// @throws SteadingException if it cannot be stored
    public Reading read(String absolute) {
        return read(name(absolute), Reader.Taker.NOBODY);
    }

    /// Returns the files as they are from now on, for one use.
    public View view() {
        return new View(this);
    }

    /// Sees to it that contents are in the store, and stay there for as long as it promises: what is gone is read
    /// again.
    ///
    /// @param files contents by the names at which they were found
    /// @throws SteadingException with `Unavailable` if one is gone from the store as well as from its file, or as
    ///     the store does
    public void keep(Map<String, Content> files) {
        var digests = new HashSet<Digest>();
        files.values().forEach(content -> digests.add(content.digest()));
        var missing = new HashSet<>(blobs.findMissing(digests));
        for (var file : files.entrySet()) {
            if (missing.contains(file.getValue().digest())
                    && reader.read(name(file.getKey()), Reader.Taker.NOBODY) instanceof Reading.File(var content)) {
                missing.remove(content.digest());
            }
        }
        files.forEach((name, content) -> {
            if (missing.contains(content.digest())) {
                throw new SteadingException(
                        new Failure.Unavailable("`%s` has changed since it was read".formatted(name)));
            }
        });
    }

    /// Returns a snapshot that is yet to be filled.
    public Snapshot.Builder snapshot() {
        return new Snapshot.Builder(this);
    }

    Name name(String absolute) {
        return names.find(absolute).orElseGet(() -> {
            var name = Name.of(absolute);
            names.put(absolute, name);
            return name;
        });
    }

    Frames frames() {
        return frames;
    }

    long nanos() {
        return reader.nanos();
    }

    Reading read(Name name, Reader.Taker taker) {
        return read(name, look(name), taker);
    }

    /// Returns what is in the file that a look has just shown.
    Reading read(Name name, Look look, Reader.Taker taker) {
        var hindrance = Reader.hindrance(name, look);
        if (hindrance.isPresent() || !(look instanceof Look.Present(var signature))) {
            return hindrance.orElseThrow();
        }
        var known = contents.find(signature);
        return known.isPresent() ? new Reading.File(known.get()) : readNew(name, signature, taker);
    }

    private Look look(Name name) {
        try (var frame = frames.take()) {
            return frame.look(name);
        }
    }

    /// Reads a file once for all who want it at the same time.
    private Reading readNew(Name name, Signature signature, Reader.Taker taker) {
        synchronized (locks[Math.floorMod(signature.hashCode(), LOCKS)]) {
            var known = contents.find(signature);
            if (known.isPresent()) {
                return new Reading.File(known.get());
            }
            var reading = reader.read(name, taker);
            if (reading instanceof Reading.File(var content) && content.settled()) {
                contents.put(content.signature(), content);
            }
            return reading;
        }
    }

    /// Returns what is in a file, whether that is known or not.
    Reading readAnew(String absolute, Reader.Taker taker) {
        return reader.read(name(absolute), taker);
    }

    Scans scans() {
        return scans;
    }

    /// Returns whether there was nothing at a name when the directory that would hold it was the same.
    boolean isVacant(String absolute, Signature directory) {
        return vacancies.find(absolute).filter(directory::equals).isPresent();
    }

    /// Notes that there is nothing at a name, not even a link.
    ///
    /// @param directory seen before the name was looked at, and different once it has another entry
    void vacant(String absolute, Signature directory) {
        vacancies.put(absolute, directory);
    }
}
