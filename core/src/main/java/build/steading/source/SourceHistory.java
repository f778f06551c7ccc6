// SPDX-License-Identifier: Apache-2.0
package build.steading.source;

import build.steading.failure.SteadingException;
import java.util.List;

/// How the revisions of a repository follow one another. Thread-safe.
public interface SourceHistory {
    /// How many commits of a range are looked at.
    int MOST_IN_RANGE = 10_000;

    /// Returns the commit ids of the revision and its ancestors, nearest first.
    ///
    /// @param limit how many at the most
    List<String> ancestry(Revision revision, int limit);

    /// Returns the commit ids that git calls `after..last`, each before its parents: those reachable from `last`,
    /// but not from `after`. It is the newest [#MOST_IN_RANGE] if there are more.
    ///
    /// @param after an expression as for [SourceRepository#resolve]; itself not in the range
    /// @param last such an expression; itself in the range, unless `after` contains it
    /// @throws SteadingException as [SourceRepository#resolve]
    List<String> range(String after, String last);
}
