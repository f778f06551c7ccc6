// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.FileNode;
import build.steading.tree.NodeTraits;
import build.steading.worker.input.InputTree;
import java.nio.file.Path;
import java.time.Instant;

/// What has a name in a directory that a command left.
sealed interface Entry {
    /// A file that the command wrote.
    record Written(Path file, int mode, Instant modified) implements Entry {
        private static final int OWNER_EXECUTES = 0100;

        boolean executable() {
            return (mode & OWNER_EXECUTES) != 0;
        }

        NodeTraits traits() {
            return NodeTraits.of(mode, modified);
        }
    }

    /// A file that the command did not touch.
    record Given(FileNode node) implements Entry {
        NodeTraits traits() {
            return NodeTraits.of(node.getNodeProperties())
                    .or(NodeTraits.of(node.getIsExecutable() ? 0755 : 0644, InputTree.MODIFIED));
        }
    }

    /// @param traits as far as they are known
    record Link(String target, NodeTraits traits) implements Entry {}

    record Sub(MergedDirectory directory) implements Entry {}

    /// Something that must not even be opened.
    ///
    /// @param kind what it is, for people
    record Special(String kind) implements Entry {}
}
