// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.steading.failure.SteadingException;
import java.util.List;
import java.util.function.ToLongFunction;

/// How much a directory becomes on disk, with all that is below it.
///
/// @param entries files, directories and links
/// @param pathChars of the paths of all entries together, relative to the directory
/// @param longestPath in characters
record TreeExtent(long entries, long pathChars, long longestPath) {
    static final TreeExtent NOTHING = new TreeExtent(0, 0, 0);

    private static final long MAX_ENTRIES = 1_000_000;
    private static final long MAX_PATH_CHARS = 256L << 20;
    private static final long LONGEST_PATH = 3500;

    /// Where counting stops: far beyond what is allowed, and far from overflowing.
    private static final long BEYOND = 1L << 44;

    /// Returns what names of entries come to, without what is below them.
    static TreeExtent ofNames(List<FileNode> files, List<SymlinkNode> links, List<DirectoryNode> directories) {
        return ofNames(files, node -> node.getName().length())
                .plus(ofNames(links, node -> node.getName().length()))
                .plus(ofNames(directories, node -> node.getName().length()));
    }

    private static <N> TreeExtent ofNames(List<N> nodes, ToLongFunction<N> length) {
        return new TreeExtent(
                nodes.size(),
                nodes.stream().mapToLong(length).sum(),
                nodes.stream().mapToLong(length).max().orElse(0));
    }

    TreeExtent plus(TreeExtent other) {
        return new TreeExtent(
                Math.min(BEYOND, entries + other.entries),
                Math.min(BEYOND, pathChars + other.pathChars),
                Math.max(longestPath, other.longestPath));
    }

    /// Returns what this comes to below a path of so many characters.
    TreeExtent below(long chars) {
        if (entries == 0 || chars == 0) {
            return this;
        }
        return new TreeExtent(
                entries,
                Math.min(BEYOND, pathChars + entries * (chars + 1)),
                Math.min(BEYOND, longestPath + chars + 1));
    }

    /// @throws SteadingException with `Invalid` if no machine should make so much
    void check() {
        check("entries", entries, MAX_ENTRIES);
        check("characters in its longest path", longestPath, LONGEST_PATH);
        check("characters in all its paths", pathChars, MAX_PATH_CHARS);
    }

    private static void check(String what, long found, long allowed) {
        if (found > allowed) {
            throw SteadingException.invalid(
                    "The input tree has %s %s; %d are allowed", found == BEYOND ? "no end of" : found, what, allowed);
        }
    }
}
