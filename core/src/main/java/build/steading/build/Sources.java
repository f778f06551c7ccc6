// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.build.BuildSpec.SourceRef;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.util.List;

/// Where builds get back to the sources that their input came from. Thread-safe.
public interface Sources {
    /// Puts back into the store whatever has gone from a project's input tree.
    ///
    /// @return digest of the project's top `Directory`
    /// @throws SteadingException with `NotFound` if the repository or revision is gone
    Digest restore(SourceRef source);

    /// Returns the commit and its ancestors, nearest first; empty if the repository is gone.
    List<String> ancestry(SourceRef source, int limit);
}
