// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.source.Revision;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The directories where artifacts appear.
final class Targets {
    /// Relative to the project's directory.
    static final String DIRECTORY = "build/steading";

    private Targets() {}

    /// Returns the directory name for a revision: its own name, kept apart from others by a mark if it is
    /// uncommitted.
    static String directoryName(Revision revision) {
        return revision.uncommitted() ? revision.name() + "+wip" : revision.name();
    }

    /// Makes sure that artifacts can be written before anything is built, and that git takes no notice of them.
    ///
    /// @throws SteadingException with `Invalid` if the directory cannot be written
    static void prepare(Path target, Path project) {
        try {
            var ours = project.resolve(DIRECTORY);
            if (target.startsWith(ours)) {
                Files.createDirectories(ours);
                writeOnce(ours.resolve(".gitignore"), "*\n");
            }
            Files.createDirectories(target);
            if (!Files.isWritable(target)) {
                throw new FileSystemException(target.toString(), null, "it is not writable");
            }
        } catch (IOException e) {
            var reason = e instanceof FileAlreadyExistsException taken
                    ? "`%s` is a file".formatted(taken.getFile())
                    : e instanceof FileSystemException known && known.getReason() != null
                            ? known.getReason()
                            : e.getClass().getSimpleName().equals("AccessDeniedException")
                                    ? "permission denied"
                                    : e.toString();
            throw new SteadingException(
                    new Failure.Invalid("Artifacts cannot be written to `%s`: %s; give another directory with --out"
                            .formatted(target, reason)),
                    e);
        }
    }

    private static void writeOnce(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            Files.writeString(file, text);
        }
    }
}
