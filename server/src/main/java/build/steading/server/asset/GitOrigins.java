// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.net.URI;
import java.util.Optional;

/// Gets trees out of git repositories elsewhere.
@FunctionalInterface
public interface GitOrigins {
    /// Returns the top `Directory` of a revision, all of which is in the store then. Ends early when the thread
    /// is interrupted.
    ///
    /// @param commit full commit id; empty for what `branch` is now
    /// @param branch empty for the repository's own choice
    /// @throws SteadingException with `NotFound` if there is no such repository or revision, `Denied` if the
    ///     origin refuses, `Unavailable` if it does not answer
    Digest tree(URI repository, Optional<String> commit, Optional<String> branch);
}
