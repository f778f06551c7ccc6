// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.tree.NodeTraits;
import java.util.HashSet;
import java.util.stream.Stream;

/// Keeps out names that would lead out of a directory, or twice to one place, and properties that nothing can
/// have.
final class Names {
    private static final int LONGEST_NAME_BYTES = 255;

    private Names() {}

    static void check(Digest digest, Directory directory) {
        var seen = new HashSet<String>();
        names(directory).forEach(name -> {
            if (!isSound(name)) {
                throw SteadingException.invalid(
                        "Directory `%s` names `%s`, but no file can be called so", digest, name.replace('\0', '?'));
            }
            if (!seen.add(name)) {
                throw SteadingException.invalid("Directory `%s` names `%s` twice", digest, name);
            }
        });
        checkTraits(directory);
        for (var link : directory.getSymlinksList()) {
            if (link.getTarget().isEmpty() || link.getTarget().indexOf(0) >= 0) {
                throw SteadingException.invalid(
                        "Directory `%s` has a symbolic link `%s` without a possible target", digest, link.getName());
            }
        }
    }

    private static void checkTraits(Directory directory) {
        NodeTraits.of(directory.getNodeProperties());
        directory.getFilesList().forEach(node -> NodeTraits.of(node.getNodeProperties()));
        directory.getSymlinksList().forEach(node -> NodeTraits.of(node.getNodeProperties()));
    }

    private static Stream<String> names(Directory directory) {
        return Stream.of(
                        directory.getFilesList().stream().map(FileNode::getName),
                        directory.getDirectoriesList().stream().map(DirectoryNode::getName),
                        directory.getSymlinksList().stream().map(SymlinkNode::getName))
                .flatMap(part -> part);
    }

    private static boolean isSound(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.indexOf('/') < 0
                && name.indexOf(0) < 0
                && utf8Length(name) <= LONGEST_NAME_BYTES;
    }

    private static long utf8Length(String name) {
        return name.codePoints()
                .map(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x1_0000 ? 3 : 4)
                .sum();
    }
}
