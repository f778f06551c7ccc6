// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.digest.Digest;
import build.steading.platform.Requirement;
import build.steading.source.Revision;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Everything that determines what a build does: enough to do it again without the repository that it came from.
///
/// @param project name of the project
/// @param source where the input came from
/// @param root digest of the project's top `Directory`
/// @param options given values of the project's options; those left out have their defaults
/// @param matrix axis values that restrict the matrix, several of one axis with commas between them; empty for
///     all combinations
/// @param tasks requested tasks; empty for all
/// @param command what to run in place of the project's `steading.yaml`
/// @param force whether tasks run even if their results are known
/// @param requirement what the workers of all tasks must be, besides what the tasks themselves require
public record BuildSpec(
        String project,
        SourceRef source,
        Digest root,
        Map<String, String> options,
        Map<String, String> matrix,
        List<String> tasks,
        Optional<SingleCommand> command,
        boolean force,
        Requirement requirement) {
    public BuildSpec {
        options = Map.copyOf(options);
        matrix = Map.copyOf(matrix);
        tasks = List.copyOf(tasks);
    }

    /// Where a build's input came from, for people and for finding warm directories.
    ///
    /// @param repository path of the repository's top directory
    /// @param url where the repository was cloned from, without credentials; empty if unknown
    /// @param directory the project's directory within it, `/` between its parts; empty for the top
    public record SourceRef(String repository, String url, String directory, Revision revision) {
        /// Returns what names the source for people and policies: its URL if it has one, else its path.
        public String origin() {
            return url.isEmpty() ? repository : url;
        }
    }

    /// One command line that stands for a whole project definition.
    ///
    /// @param run given to the shell
    /// @param outputs paths or globs relative to the project's directory
    public record SingleCommand(String run, List<String> outputs, boolean network) {
        public SingleCommand {
            outputs = List.copyOf(outputs);
        }
    }

    /// Returns a build of all that a project says, on whatever workers it accepts.
    public static BuildSpec of(String project, SourceRef source, Digest root) {
        return new BuildSpec(
                project, source, root, Map.of(), Map.of(), List.of(), Optional.empty(), false, Requirement.ANY);
    }

    /// Returns the same with other values given for the options.
    public BuildSpec withOptions(Map<String, String> given) {
        return new BuildSpec(project, source, root, given, matrix, tasks, command, force, requirement);
    }

    /// Returns the same with all tasks running even if their results are known.
    public BuildSpec forced() {
        return new BuildSpec(project, source, root, options, matrix, tasks, command, true, requirement);
    }

    /// Returns what all builds of one branch of one project have in common, wherever it was cloned to. Builds of
    /// uncommitted work are apart from the others.
    public String line() {
        var revision = source.revision();
        return String.join(
                "\n", source.origin(), project, revision.name(), revision.uncommitted() ? "uncommitted" : "");
    }

    /// Returns a name for what is done, whatever it is done to: builds of one recipe differ in their sources
    /// alone. Whether a build was forced is no part of it.
    public String recipe() {
        var parts = new ArrayList<>(List.of(project, source.directory()));
        new TreeMap<>(options).forEach((name, value) -> parts.addAll(List.of("option", name, value)));
        new TreeMap<>(matrix).forEach((axis, value) -> parts.addAll(List.of("axis", axis, value)));
        tasks.forEach(task -> parts.addAll(List.of("task", task)));
        command.ifPresent(single -> {
            parts.addAll(List.of("run", single.run(), Boolean.toString(single.network())));
            parts.addAll(single.outputs());
        });
        if (!requirement.equals(Requirement.ANY)) {
            parts.addAll(List.of("on", requirement.expression()));
        }
        return Digest.of(String.join("\0", parts).getBytes(StandardCharsets.UTF_8))
                .hash();
    }

    /// Returns whether this is a build of committed sources that may stand in for `wanted`: it does the same, and
    /// either to the same input, or to one of these commits.
    boolean isOneOf(BuildSpec wanted, List<String> commits) {
        var revision = source.revision();
        return !revision.uncommitted()
                && (root.equals(wanted.root()) || commits.contains(revision.commit()))
                && recipe().equals(wanted.recipe());
    }

    /// Returns the same, said to come from elsewhere.
    public BuildSpec at(SourceRef place) {
        return new BuildSpec(project, place, root, options, matrix, tasks, command, force, requirement);
    }

    /// Returns what two builds have in common if they do the same, whatever commit their input came from.
    Object identity() {
        return List.of(project, root, options, matrix, tasks, command, force, requirement);
    }
}
