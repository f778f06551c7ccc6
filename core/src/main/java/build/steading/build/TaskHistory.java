// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.failure.SteadingException;
import java.time.Duration;
import java.util.List;

/// Remembers how long tasks took. Thread-safe.
public interface TaskHistory {
    /// Returns how long the last successful runs of a task took that it had for itself and that really ran, the
    /// latest first.
    ///
    /// @param project name of the project
    /// @param task its name and, if it has one, its place in the matrix
    /// @throws SteadingException with `Unavailable` if the medium fails
    List<Duration> runs(String project, String task, int limit);
}
