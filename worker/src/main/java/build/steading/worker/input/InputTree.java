// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.digest.Digest;
import build.steading.worker.sandbox.Place;
import java.time.Instant;
import java.util.List;

/// An input tree on disk, for one action.
///
/// @param below the trees that lie below what the command writes, topmost first; empty if it writes to a copy
/// @param hold ends the use of layers, and has the attempt's directory removed
public record InputTree(Place place, List<Below> below, Hold hold) implements AutoCloseable {
    /// When all inputs were modified that say nothing else, so that no two seem to be of different age.
    public static final Instant MODIFIED = Instant.parse("2000-01-01T00:00:00Z");

    public InputTree {
        below = List.copyOf(below);
    }

    /// A tree, and where its root is.
    ///
    /// @param path relative to the input root, empty for the root itself
    public record Below(String path, Digest tree) {}

    /// What [InputTree#close] does.
    @FunctionalInterface
    public interface Hold {
        void release();
    }

    @Override
    public void close() {
        hold.release();
    }
}
