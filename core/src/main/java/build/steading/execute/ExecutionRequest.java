// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.steading.digest.Digest;
import build.steading.platform.RequestFacts;
import java.util.List;

/// Asks for the result of an action whose blobs are in the store.
///
/// @param action digest of the `Action` message
/// @param skipCache whether the action must run even if its result is known
/// @param facts on whose behalf
/// @param warm directories to begin with, if the executor can
public record ExecutionRequest(Digest action, boolean skipCache, RequestFacts facts, List<WarmDirectory> warm) {
    public ExecutionRequest {
        warm = List.copyOf(warm);
    }
}
