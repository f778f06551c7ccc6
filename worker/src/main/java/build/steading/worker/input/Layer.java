// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.digest.Digest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A directory with a tree, or with what makes a tree out of the one below it. Nobody ever writes to it.
///
/// @param base what this lies on; `null` if this is a whole tree
/// @param files how many files, directories and links this alone has
/// @param treeFiles how many the tree has
record Layer(Path directory, @Nullable Layer base, int files, int treeFiles) {
    /// What a layer holds.
    sealed interface Key {
        /// An input tree.
        record Tree(Digest root) implements Key {}

        /// A warm directory at `path`, with its own times.
        record Warm(String path, Digest tree) implements Key {}
    }

    int depth() {
        return base == null ? 1 : 1 + base.depth();
    }

    /// Returns the directories of this layer and those below it, topmost first.
    List<Path> chain() {
        var chain = new ArrayList<Path>();
        for (var layer = this; layer != null; layer = layer.base()) {
            chain.add(layer.directory());
        }
        return chain;
    }
}
