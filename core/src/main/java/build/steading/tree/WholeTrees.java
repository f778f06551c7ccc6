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
/// little from an earlier one, only what differs is looked at. Thread-safe.
///
/// A store keeps what it was asked for at least for its promise of retention ([BlobStore#findMissing]); `trust`
/// must be well within that.
public final class WholeTrees {
    /// How many blobs are asked for together.
    private static final int BATCH = 4_000;

    private final InstantSource clock;
    private final Duration trust;
    private final int remembered;

    @GuardedBy("this")
    private final LinkedHashMap<Digest, Instant> whole = new LinkedHashMap<>();

    /// @param trust for how long a directory counts as whole
    /// @param remembered how many directories at the most
    public WholeTrees(InstantSource clock, Duration trust, int remembered) {
        this.clock = clock;
        this.trust = trust;
        this.remembered = remembered;
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
        var oldest = clock.instant();
        var directories = new HashSet<Digest>();
        var batch = new HashSet<Digest>();
        var left = new ArrayDeque<Digest>();
        left.push(root);
        while (!left.isEmpty()) {
            var next = left.pop();
            var since = since(next);
            if (since.isPresent()) {
                // What rests on it is no younger.
                oldest = since.get().isBefore(oldest) ? since.get() : oldest;
                continue;
            }
            if (!directories.add(next)) {
                continue;
            }
            var directory = trees.directory(next);
            directory.getDirectoriesList().forEach(sub -> left.push(Digests.fromProto(sub.getDigest())));
            batch.add(next);
            directory.getFilesList().forEach(file -> batch.add(Digests.fromProto(file.getDigest())));
            if (batch.size() >= BATCH) {
                check.accept(Set.copyOf(batch));
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            check.accept(Set.copyOf(batch));
        }
        check.finish();
        remember(directories, oldest);
    }

    /// Returns when a directory was seen to be whole, if that still counts.
    private synchronized Optional<Instant> since(Digest directory) {
        return Optional.ofNullable(whole.get(directory))
                .filter(since -> clock.instant().isBefore(since.plus(trust)));
    }

    private synchronized void remember(Set<Digest> directories, Instant since) {
        for (var directory : directories) {
            whole.remove(directory);
            whole.put(directory, since);
        }
        while (whole.size() > remembered) {
            whole.pollFirstEntry();
        }
    }

    /// Forgets all: the store has lost something.
    public synchronized void forget() {
        whole.clear();
    }
}
