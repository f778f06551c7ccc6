// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.util.Optional;

/// Remembers the results of actions. Implementations are thread-safe.
public interface ActionCache {
    /// Returns the result that was last stored for an action. A stored result that can no longer be read is
    /// absent.
    ///
    /// @throws SteadingException with `Unavailable` if the medium fails
    Optional<ActionResult> find(Digest action);

    /// Stores the result of an action in place of any earlier one. Only successful results belong here.
    ///
    /// @throws SteadingException with `Unavailable` if the medium fails or is full
    void put(Digest action, ActionResult result);
}
