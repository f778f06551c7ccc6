// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Knows which trees some store held whole a short while ago, directory by directory: of a tree that differs a
/// little from an earlier one, only what differs is looked at. It may know files as well: of a directory that
/// differs, only new files are looked at then. Thread-safe.
///
/// A store keeps what it was asked for at least for its promise of retention ([BlobStore#findMissing]); `trust`
/// must be well within that.
public final class WholeTrees {
    /// How many blobs are asked for together.
    private static final int BATCH = 4_000;

    private final InstantSource clock;
    private final Duration trust;
    private final Seen directories;
    private final Seen files;

    /// Remembers directories only.
    ///
    /// @param trust for how long a directory counts as whole
    /// @param remembered how many directories at the most
    public WholeTrees(InstantSource clock, Duration trust, int remembered) {
        this(clock, trust, remembered, 0);
    }

    /// @param trust for how long a directory counts as whole, and a file as there
    /// @param remembered how many directories at the most
    /// @param rememberedFiles how many files at the most
    public WholeTrees(InstantSource clock, Duration trust, int remembered, int rememberedFiles) {
        this.clock = clock;
        this.trust = trust;
        this.directories = new Seen(remembered);
        this.files = new Seen(rememberedFiles);
    }

    /// Takes in turn the digests of directories and files that may be missing. When it returns from a batch, or
    /// `finish` does, their blobs are there.
    public interface Check extends Consumer<Set<Digest>> {
        /// Waits for what was begun.
        default void finish() {}
    }

    /// Has `check` see to everything below `root` that is not known to be whole.
    ///
    /// @param trees reads the directories
    /// @throws SteadingException whatever `check` or reading a directory throws: nothing counts as whole then
    public void require(Trees trees, Digest root, Check check) {
        var now = clock.instant();
        var oldest = now;
        var newDirectories = new HashSet<Digest>();
        var newFiles = new HashSet<Digest>();
        var batch = new HashSet<Digest>();
        var left = new ArrayDeque<Digest>();
        left.push(root);
        while (!left.isEmpty()) {
            var next = left.pop();
            var since = since(directories, next);
            if (since.isPresent()) {
                // What rests on it is no younger.
                oldest = earlier(since.get(), oldest);
                continue;
            }
            if (!newDirectories.add(next)) {
                continue;
            }
            var directory = trees.directory(next);
            directory.getDirectoriesList().forEach(sub -> left.push(Digests.fromProto(sub.getDigest())));
            batch.add(next);
            for (var file : directory.getFilesList()) {
                var digest = Digests.fromProto(file.getDigest());
                var known = since(files, digest);
                if (known.isPresent()) {
                    oldest = earlier(known.get(), oldest);
                } else if (newFiles.add(digest)) {
                    batch.add(digest);
                }
            }
            if (batch.size() >= BATCH) {
                check.accept(Set.copyOf(batch));
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            check.accept(Set.copyOf(batch));
        }
        check.finish();
        directories.add(newDirectories, oldest);
        files.add(newFiles, now);
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /// Returns when a blob was seen to be there, with all that it names, if that still counts.
    private Optional<Instant> since(Seen seen, Digest digest) {
        return seen.since(digest).filter(since -> clock.instant().isBefore(since.plus(trust)));
    }

    /// Forgets all: the store has lost something.
    public void forget() {
        directories.clear();
        files.clear();
    }

    /// When blobs were seen. Bounded: what was seen first goes first.
    private static final class Seen {
        private final int most;

        @GuardedBy("this")
        private final LinkedHashMap<Digest, Instant> times = new LinkedHashMap<>();

        Seen(int most) {
            this.most = most;
        }

        synchronized Optional<Instant> since(Digest digest) {
            return Optional.ofNullable(times.get(digest));
        }

        synchronized void add(Set<Digest> digests, Instant time) {
            for (var digest : digests) {
                times.remove(digest);
                times.put(digest, time);
                if (times.size() > most) {
                    times.pollFirstEntry();
                }
            }
        }

        synchronized void clear() {
            times.clear();
        }
    }
}
