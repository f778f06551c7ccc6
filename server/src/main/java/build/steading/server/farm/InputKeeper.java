// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.action.ReachableBlobs;
import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/// Keeps the store from evicting the inputs of what waits for long. Belongs to one thread.
///
// Of every action that is queued or runs, the action itself, its command and its input root are pinned. To pin
// all files below would mean to walk a tree of, say, 50,000 files for each of the many actions that start within
// milliseconds, and to hold their digests in memory. It is not needed either: a store promises to keep what it
// was asked for a while (hours), and most actions have ended by then. So only what is still there after a minute
// is walked, once an hour, by asking the store for all of it, and directories that several actions share only
// once. That holds as long as the store's promise is longer than that hour, with some minutes to spare. Should a
// blob be gone all the same, the worker says so, and whoever asked for the action provides it again.
final class InputKeeper {
    /// For how long nothing needs to be done for an action.
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final System.Logger LOG = System.getLogger(InputKeeper.class.getName());
    private static final Duration ROUND = Duration.ofHours(1);
    private static final int MAX_DIRECTORIES = 200_000;

    private final ReachableBlobs reachable;
    private ReachableBlobs.Walk walk;
    private Instant roundEnds = Instant.MIN;

    InputKeeper(BlobStore blobs) {
        this.reachable = new ReachableBlobs(blobs, 0);
        this.walk = reachable.walk();
    }

    /// Extends the life of everything below these directories, unless that was done within the hour.
    void keep(Set<Digest> roots, Instant now) {
        if (!now.isBefore(roundEnds) || walk.size() > MAX_DIRECTORIES) {
            walk = reachable.walk();
            roundEnds = now.plus(ROUND);
        }
        for (var root : roots) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            keep(root);
        }
    }

    private void keep(Digest root) {
        try {
            var missing = walk.missing(root);
            if (!missing.isEmpty()) {
                LOG.log(Level.DEBUG, "{0} blobs below input root `{1}` are gone", missing.size(), root);
            }
        } catch (SteadingException e) {
            // Who runs the action will say what is wrong with it.
            LOG.log(Level.DEBUG, "Input root `%s` cannot be kept".formatted(root), e);
        }
    }
}
