// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.steading.digest.Digest;
import build.steading.platform.RequestFacts;
import build.steading.schedule.LeaseId;
import java.time.Instant;
import java.util.List;

/// One worker's task for now: an action to run, until it is done, withdrawn, or the lease lapses.
///
/// @param action digest of the `Action` message
/// @param facts on whose behalf: the worker asks its policy once more
/// @param queued when the action was first asked for
public record Lease(LeaseId id, Digest action, List<WarmDirectory> warm, RequestFacts facts, Instant queued) {
    public Lease {
        warm = List.copyOf(warm);
    }
}
