// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.blob.BlobStore;
import build.steading.build.Builds.Order;
import build.steading.digest.Digest;
import build.steading.execute.ExecutionObserver;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.Trees;
import build.steading.tree.WholeTrees;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Accepts requests only if the store holds their whole input, which distant clients must upload before: a build
/// that has begun cannot get at what is missing. Thread-safe.
public final class UploadDesk implements BuildDesk {
    private final BuildDesk next;
    private final BlobStore blobs;
    private final Trees trees;
    private final WholeTrees whole;

    /// @param whole what is known of `blobs`
    public UploadDesk(BuildDesk next, BlobStore blobs, Trees trees, WholeTrees whole) {
        this.next = next;
        this.blobs = blobs;
        this.trees = trees;
        this.whole = whole;
    }

    /// @throws SteadingException also with `MissingBlobs` if a part of the input is not in the store; nothing is
    ///     stored then
    @Override
    public Accepted submit(BuildSpec spec, Order order, BuildObserver observer) {
        whole.require(trees, spec.root(), new Presence());
        return next.submit(spec, order, observer);
    }

    private final class Presence implements WholeTrees.Check {
        private final Set<Digest> missing = new HashSet<>();

        @Override
        public void accept(Set<Digest> batch) {
            missing.addAll(blobs.findMissing(batch));
        }

        @Override
        public void finish() {
            if (!missing.isEmpty()) {
                throw new SteadingException(new Failure.MissingBlobs(missing));
            }
        }
    }

    @Override
    public boolean withdraw(BuildId id, List<Long> requests, String by) {
        return next.withdraw(id, requests, by);
    }

    @Override
    public Subscription observe(BuildId id, BuildObserver observer) {
        return next.observe(id, observer);
    }

    @Override
    public Optional<Following> follow(BuildId id, String task, ExecutionObserver observer) {
        return next.follow(id, task, observer);
    }

    @Override
    public Causes why(BuildId id) {
        return next.why(id);
    }
}
