// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.action.References.Level;
import build.steading.action.References.Node;
import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.HashSet;
import java.util.Set;

/// Asks a store for all blobs that a result or a directory names, those below its directories too. Asking extends
/// the life of what is present. As thread-safe as the store.
///
/// It costs one question to the store for what is named at first, and one for each level of directories.
public final class ReachableBlobs {
    private final BlobStore blobs;
    private final References references;

    /// @param rememberedDigests how many digests that directories name are kept in memory; one takes up about 150
    ///     bytes
    public ReachableBlobs(BlobStore blobs, int rememberedDigests) {
        this.blobs = blobs;
        this.references = new References(blobs, rememberedDigests);
    }

    /// Returns blobs that the result names and the store does not have; none if it is complete. What is named by
    /// directories below absent ones is not known, so there may be more.
    ///
    /// @param function that of the action: its result names blobs by the same
    /// @throws SteadingException with `Invalid` if it names what is no digest, or no directory where there should
    ///     be one, `Unavailable` if the medium fails
    public Set<Digest> missing(ActionResult result, HashFunction function) {
        return new Walk().missing(References.of(result, function));
    }

    /// Begins a walk through directories.
    public Walk walk() {
        return new Walk();
    }

    /// A walk through several directories that looks into no directory twice, so that what they share costs
    /// nothing. Not thread-safe.
    public final class Walk {
        private final Set<Node> visited = new HashSet<>();

        private Walk() {}

        /// Returns blobs that are absent, of the directory itself and of all that is below it and was not visited
        /// before.
        ///
        /// @throws SteadingException as [ReachableBlobs#missing]
        public Set<Digest> missing(Digest directory) {
            return visited.contains(new Node(directory, false)) ? Set.of() : missing(Level.ofDirectory(directory));
        }

        /// Returns how many directories were looked into.
        public int size() {
            return visited.size();
        }

        private Set<Digest> missing(Level named) {
            var level = named;
            var present = new HashSet<Digest>();
            try {
                while (!level.isEmpty()) {
                    var wanted = level.all();
                    wanted.removeAll(present);
                    var missing = blobs.findMissing(wanted);
                    if (!missing.isEmpty()) {
                        return missing;
                    }
                    present.addAll(wanted);
                    level = references.below(level, visited);
                }
                return Set.of();
            } catch (SteadingException e) {
                // It vanished while we looked, or its bytes were bad.
                if (e.failure() instanceof Failure.MissingBlobs(var digests)) {
                    return digests;
                }
                throw e;
            }
        }
    }
}
