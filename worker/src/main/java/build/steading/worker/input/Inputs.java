// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.digest.Digest;
import build.steading.execute.WarmDirectory;
import build.steading.failure.SteadingException;
import build.steading.worker.sandbox.Place;
import java.nio.file.Path;
import java.util.List;

/// Puts input trees on disk. Thread-safe.
public sealed interface Inputs permits LayeredInputs, CopiedInputs {
    /// Makes the input tree `root` with the warm directories in it. The caller closes the result when nothing of
    /// the action runs any more.
    ///
    /// @param directory of this attempt: absent, or, for layers, as [Place#create] leaves it
    /// @param warm those that cannot be had are left out, as they are for speed only
    /// @throws SteadingException with `MissingBlobs` naming everything that is absent, `Invalid` if there can be
    ///     no such tree, `Unavailable` if the disk fails
    InputTree prepare(Digest root, List<WarmDirectory> warm, Path directory);
}
