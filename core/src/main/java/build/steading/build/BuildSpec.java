// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.digest.Digest;
import build.steading.source.Revision;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that determines what a build does: enough to do it again without the repository that it came from.
///
/// @param project name of the project
/// @param source where the input came from
/// @param root digest of the project's top `Directory`
/// @param options given values of the project's options; those left out have their defaults
/// @param matrix axis values that restrict the matrix; empty for all combinations
/// @param tasks requested tasks; empty for all
/// @param command what to run in place of the project's `steading.yaml`
/// @param force whether tasks run even if their results are known
public record BuildSpec(
        String project,
        SourceRef source,
        Digest root,
        Map<String, String> options,
        Map<String, String> matrix,
        List<String> tasks,
        Optional<SingleCommand> command,
        boolean force) {
    public BuildSpec {
        options = Map.copyOf(options);
        matrix = Map.copyOf(matrix);
        tasks = List.copyOf(tasks);
    }

    /// Where a build's input came from, for people and for finding warm directories.
    ///
    /// @param repository path of the repository's top directory
    /// @param directory the project's directory within it, `/` between its parts; empty for the top
    public record SourceRef(String repository, String directory, Revision revision) {}

    /// One command line that stands for a whole project definition.
    ///
    /// @param run given to the shell
    /// @param outputs paths or globs relative to the project's directory
    public record SingleCommand(String run, List<String> outputs, boolean network) {
        public SingleCommand {
            outputs = List.copyOf(outputs);
        }
    }

    /// Returns the same with all tasks running even if their results are known.
    public BuildSpec forced() {
        return new BuildSpec(project, source, root, options, matrix, tasks, command, true);
    }

    /// Returns the same, said to come from elsewhere.
    public BuildSpec at(SourceRef place) {
        return new BuildSpec(project, place, root, options, matrix, tasks, command, force);
    }

    /// Returns what two builds have in common if they do the same, whatever commit their input came from.
    Object identity() {
        return List.of(project, root, options, matrix, tasks, command, force);
    }
}
