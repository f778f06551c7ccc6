// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.FileNode;
import java.nio.file.Path;
import java.time.Instant;

/// What has a name in a directory that a command left.
sealed interface Entry {
    /// A file that the command wrote.
    record Written(Path file, boolean executable, Instant modified) implements Entry {}

    /// A file that the command did not touch.
    record Given(FileNode node) implements Entry {}

    record Link(String target) implements Entry {}

    record Sub(MergedDirectory directory) implements Entry {}

    /// Something that must not even be opened.
    ///
    /// @param kind what it is, for people
    record Special(String kind) implements Entry {}
}
