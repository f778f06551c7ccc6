// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// A task: puts some files of the working tree, as they are at this moment, into a directory of the snapshot.
record WorkingFiles(ContentImport target, PendingDirectory directory, List<WorkingFile> files) implements Runnable {
    /// Each of them is read and hashed.
    static final int MOST_FILES = 32;

    /// A file of the working tree.
    record WorkingFile(String name, Path path, boolean executable) {}

    @Override
    public void run() {
        for (var file : files) {
            try {
                directory.file(file.name(), target.file(file.path()), file.executable());
            } catch (NoSuchFileException _) {
                // Deleted after it was listed: then it is not part of the snapshot.
            } catch (IOException e) {
                throw unreadable(file.path(), e);
            }
        }
        directory.partArrived();
    }

    static SteadingException unreadable(Path path, IOException cause) {
        return new SteadingException(
                new Failure.Invalid("`%s` of the working tree cannot be read (%s): have git ignore it, or grant access"
                        .formatted(path, cause.getClass().getSimpleName())),
                cause);
    }
}
