// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.tree.Globs;
import java.util.Optional;

/// Says which outputs of a task instance are artifacts of the build, and where they go.
///
/// @param instance id of the [TaskInstance]
/// @param paths selects among its outputs
/// @param directory what to put them below; empty for the top
public record ArtifactRule(String instance, Globs paths, String directory) {
    /// Returns where an output goes, if it is an artifact.
    ///
    /// @param output its path below the project directory
    public Optional<String> destination(String output) {
        if (!paths.matches(output)) {
            return Optional.empty();
        }
        return Optional.of(directory.isEmpty() ? output : directory + "/" + output);
    }
}
