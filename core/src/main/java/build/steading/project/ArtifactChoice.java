// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

/// An entry of `artifacts`: the outputs of a task that match a pattern.
///
/// @param paths a pattern of [build.steading.tree.Globs] over the project directory
public record ArtifactChoice(String task, String paths) {
    /// Reads `task/pattern`, or `task` alone for all that it makes.
    static ArtifactChoice parse(String text) {
        var slash = text.indexOf('/');
        return slash < 0
                ? new ArtifactChoice(text, "**")
                : new ArtifactChoice(text.substring(0, slash), text.substring(slash + 1));
    }
}
