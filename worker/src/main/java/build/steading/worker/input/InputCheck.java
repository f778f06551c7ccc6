// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.Set;

/// Looks what an input tree lacks, without making it.
public final class InputCheck {
    private InputCheck() {}

    /// Returns all blobs of the tree `root` that are absent, as far as can be seen.
    public static Set<Digest> missing(Directories directories, BlobStore blobs, Digest root) {
        try {
            new Plan(directories).tree("", root).requireAll(blobs);
            return Set.of();
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs(var digests)) {
                return digests;
            }
            throw e;
        }
    }
}
