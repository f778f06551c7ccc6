// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.blob.BlobStore;
import build.steading.build.BuildRecords.Query;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Answers requests with builds that have succeeded already, if their artifacts are still in the store.
/// Thread-safe.
final class FinishedBuilds {
    /// How many builds are looked at whose artifacts may have gone.
    private static final int CANDIDATES = 8;

    private final BuildRecords records;
    private final Delivery delivery;
    private final BlobStore blobs;
    private final Trees trees;

    FinishedBuilds(Builds.Ports ports, Trees trees) {
        this.records = ports.records();
        this.delivery = ports.delivery();
        this.blobs = ports.blobs();
        this.trees = trees;
    }

    /// Returns the best build that may stand in for one.
    ///
    /// @param commits whose builds will do, the best first
    Optional<BuildRecord> find(BuildSpec wanted, List<String> commits) {
        return records.builds(new Query.InPlaceOf(wanted, commits, CANDIDATES)).stream()
                .filter(build -> build.artifacts().map(this::isKept).orElse(false))
                .findFirst();
    }

    /// Looking at the blobs also keeps them for a while: long enough to deliver them.
    private boolean isKept(Digest artifacts) {
        try {
            var files = new HashSet<Digest>();
            trees.leaves(artifacts).values().forEach(leaf -> {
                if (leaf instanceof Node.File(var digest, var _)) {
                    files.add(digest);
                }
            });
            return blobs.findMissing(files).isEmpty();
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs) {
                return false;
            }
            throw e;
        }
    }

    /// Puts the artifacts of a build where a request wants them, and stores the request as answered.
    ///
    /// @return the stored request
    RequestRecord answer(BuildRecord build, RequestRecord request) {
        var answered = request.out()
                .map(out -> deliver(build, request, out))
                .orElseGet(() -> request.closed(RequestRecord.State.ANSWERED, ""));
        return records.open(build, answered);
    }

    /// Whatever is there gives way: somebody wants just these artifacts now.
    private RequestRecord deliver(BuildRecord build, RequestRecord request, Path out) {
        try {
            delivery.put(build.id(), build.artifacts().orElseThrow(), out);
            return request.closed(RequestRecord.State.ANSWERED, "");
        } catch (SteadingException e) {
            return request.closed(RequestRecord.State.UNDELIVERED, e.failure().message());
        }
    }
}
