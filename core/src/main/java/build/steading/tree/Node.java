// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import build.steading.digest.Digest;

/// What stands at a path of a tree.
public sealed interface Node {
    /// A regular file.
    record File(Digest digest, boolean executable) implements Node {}

    /// A directory with everything below it.
    ///
    /// @param digest of its `Directory` message
    record Folder(Digest digest) implements Node {}

    /// A symbolic link.
    ///
    /// @param target as it is stored: nothing says that it leads anywhere
    record Link(String target) implements Node {}
}
