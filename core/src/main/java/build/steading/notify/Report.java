// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.build.BuildRecord;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import java.util.List;
import java.util.Optional;

/// What there is to say about a build that has ended.
///
/// @param requests for it, without those that were withdrawn
/// @param troubles the tasks that did not succeed by themselves, in the order in which they could run
public record Report(BuildRecord build, List<RequestRecord> requests, List<Trouble> troubles) {
    /// A task that failed, timed out, or could not be run.
    ///
    /// @param excerpt of its log; empty if it has none, or none any more, or is one of very many
    public record Trouble(TaskRecord task, Optional<Excerpt> excerpt) {}

    public Report {
        requests = List.copyOf(requests);
        troubles = List.copyOf(troubles);
    }
}
