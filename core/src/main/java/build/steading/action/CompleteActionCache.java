// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.Optional;

/// Serves a result only while every blob that it names is present, also those below its output directories; else
/// it is a miss, and the action runs again. Looking extends the life of all these blobs, and costs what
/// [ReachableBlobs] says. As thread-safe as `next` and `blobs`.
public final class CompleteActionCache implements ActionCache {
    private static final int REMEMBERED_DIGESTS = 100_000;

    private final ActionCache next;
    private final ReachableBlobs reachable;

    public CompleteActionCache(ActionCache next, BlobStore blobs) {
        this.next = next;
        this.reachable = new ReachableBlobs(blobs, REMEMBERED_DIGESTS);
    }

    @Override
    public Optional<ActionResult> find(Digest action) {
        return next.find(action).filter(result -> isComplete(action, result));
    }

    private boolean isComplete(Digest action, ActionResult result) {
        try {
            return reachable.missing(result, action.function()).isEmpty();
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.Invalid) {
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
