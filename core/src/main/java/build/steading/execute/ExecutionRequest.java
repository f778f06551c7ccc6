// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.steading.digest.Digest;
import build.steading.platform.RequestFacts;
import java.util.List;
import java.util.Set;

/// Asks for the result of an action whose blobs are in the store.
///
/// @param action digest of the `Action` message
/// @param skipCache whether the action must run even if its result is known
/// @param facts on whose behalf
/// @param warm directories to begin with, if the executor can
/// @param inlined paths of output files whose contents the result may bring along, to spare whoever asks the
///     fetching
public record ExecutionRequest(
        Digest action, boolean skipCache, RequestFacts facts, List<WarmDirectory> warm, Set<String> inlined) {
    public ExecutionRequest {
        warm = List.copyOf(warm);
        inlined = Set.copyOf(inlined);
    }

    public ExecutionRequest(Digest action, boolean skipCache, RequestFacts facts, List<WarmDirectory> warm) {
        this(action, skipCache, facts, warm, Set.of());
    }
}
