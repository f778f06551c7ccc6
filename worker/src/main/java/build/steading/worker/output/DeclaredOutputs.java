// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import java.util.List;

/// The outputs that a command declares, all relative to its working directory.
///
/// @param workingDirectory relative to the input root, empty for the root itself
/// @param paths of any kind, as since version 2.1 of the Remote Execution API; if there are some, the other lists
///     do not count
/// @param files as in version 2.0
/// @param directories as in version 2.0
/// @param properties what is to be told of each besides, of the names that `NodeTraits` have
public record DeclaredOutputs(
        String workingDirectory,
        List<String> paths,
        List<String> files,
        List<String> directories,
        List<String> properties) {
    public DeclaredOutputs {
        properties = List.copyOf(properties);
        paths = List.copyOf(paths);
        files = paths.isEmpty() ? List.copyOf(files) : List.of();
        directories = paths.isEmpty() ? List.copyOf(directories) : List.of();
    }
}
