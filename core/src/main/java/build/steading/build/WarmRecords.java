// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.execute.WarmDirectory;
import java.util.List;

/// Remembers what tasks left in their warm directories, and at which commit. Losing it costs time only.
/// Thread-safe.
public interface WarmRecords {
    /// Returns what the task left behind at the first of `commits` for which there is anything; empty if there is
    /// nothing.
    ///
    /// @param task see [#save]
    /// @param commits nearest first
    List<WarmDirectory> nearest(String task, List<String> commits);

    /// Stores what a successful run at `commit` left behind.
    ///
    /// @param task whatever tells tasks apart that must not share: repository, project, task, place in the
    ///     matrix, options
    void save(String task, String commit, List<WarmDirectory> directories);
}
