// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import java.util.Set;

/// Looks what an input tree lacks, without making it.
public final class InputCheck {
    private InputCheck() {}

    /// Returns all blobs of the tree `root` that are absent, as far as can be seen.
    public static Set<Digest> missing(Directories directories, BlobStore blobs, Digest root) {
        return new Plan(directories).tree("", root).missing(blobs);
    }
}
