// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildSpec.SourceRef;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.project.ProjectFile;
import build.steading.source.Revision;
import build.steading.source.SourceRepository;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Which project a command is about.
final class ProjectOptions {
    @Option(
            names = {"-p", "--project"},
            paramLabel = "DIR",
            description = "The project's directory (default: here, or the nearest directory above with a"
                    + " `steading.yaml`).")
    private Optional<Path> project = Optional.empty();

    /// A repository and where the user stands in it.
    ///
    /// @param start directory within the repository where the search for the project begins, `/` between its
    ///     parts
    /// @param exact whether the project must be in `start` itself
    record Place(SourceRepository repository, String start, boolean exact) {
        /// Finds the project at a revision.
        ///
        /// @param root digest of the top directory of the revision
        /// @param anywhere whether a directory without `steading.yaml` will do
        Located locate(Trees trees, Revision revision, Digest root, boolean anywhere) {
            if (!anywhere && !exact) {
                for (var directory = start; ; directory = parent(directory)) {
                    var file = directory.isEmpty() ? ProjectFile.NAME : directory + "/" + ProjectFile.NAME;
                    if (trees.find(root, file).isPresent()) {
                        return located(trees, revision, root, directory);
                    }
                    if (directory.isEmpty()) {
                        break;
                    }
                }
            }
            return located(trees, revision, root, start);
        }

        private Located located(Trees trees, Revision revision, Digest root, String directory) {
            if (trees.find(root, directory).orElse(null) instanceof Node.Folder(var digest)) {
                var url = repository.settings().url().orElse("");
                var source = new SourceRef(repository.root().toString(), url, directory, revision);
                return new Located(source, digest, repository.root().resolve(directory));
            }
            throw SteadingException.notFound(
                    "There is no directory `%s` in `%s`, only committed files can be built",
                    directory, revision.name());
        }

        private static String parent(String directory) {
            var slash = directory.lastIndexOf('/');
            return slash < 0 ? "" : directory.substring(0, slash);
        }
    }

    /// A project at a revision.
    ///
    /// @param root digest of the project's top `Directory`
    /// @param directory where the project is in the user's working tree
    record Located(SourceRef source, Digest root, Path directory) {}

    Place place(Services services, Console console) {
        var cwd = console.invocation().cwd();
        var directory = cwd.resolve(project.orElse(Path.of(""))).normalize();
        var repository = services.repositories().apply(directory);
        return new Place(repository, within(repository.root(), directory), project.isPresent());
    }

    private static String within(Path root, Path directory) {
        var real = real(directory);
        if (!real.startsWith(root)) {
            // A bare repository, or a git directory: it is its own top.
            return "";
        }
        return root.relativize(real).toString();
    }

    private static Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException _) {
            // The directory may be there at another revision only.
            var parent = directory.getParent();
            return parent == null || Files.exists(directory)
                    ? directory
                    : real(parent).resolve(directory.getFileName());
        }
    }
}
