// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.action.References.Node;
import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.HashSet;
import java.util.Optional;

/// Serves a result only while every blob that it names is present, also those below its output directories; else
/// it is a miss, and the action runs again. Looking extends the life of all these blobs. As thread-safe as `next`
/// and `blobs`.
///
/// A result costs one question to the store for what it names itself, and one for each level of directories.
public final class CompleteActionCache implements ActionCache {
    private static final int REMEMBERED_DIGESTS = 100_000;

    private final ActionCache next;
    private final BlobStore blobs;
    private final References references;

    public CompleteActionCache(ActionCache next, BlobStore blobs) {
        this.next = next;
        this.blobs = blobs;
        this.references = new References(blobs, REMEMBERED_DIGESTS);
    }

    @Override
    public Optional<ActionResult> find(Digest action) {
        return next.find(action).filter(this::isComplete);
    }

    private boolean isComplete(ActionResult result) {
        try {
            var level = References.of(result);
            var present = new HashSet<Digest>();
            var visited = new HashSet<Node>();
            while (!level.isEmpty()) {
                var wanted = level.all();
                wanted.removeAll(present);
                if (!blobs.findMissing(wanted).isEmpty()) {
                    return false;
                }
                present.addAll(wanted);
                level = references.below(level, visited);
            }
            return true;
        } catch (SteadingException e) {
            // It names what is no digest or no tree, or something vanished while we looked.
            if (e.failure() instanceof Failure.Invalid || e.failure() instanceof Failure.MissingBlobs) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void put(Digest action, ActionResult result) {
        next.put(action, result);
    }
}
