// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import java.util.List;

/// Takes apart paths that come from outside, so that none leads out of the tree it is relative to.
public final class RelativePath {
    private static final int MAX_LENGTH = 4096;

    private RelativePath() {}

    /// Returns the names of a path. A slash at its end does not count.
    ///
    /// @throws IllegalArgumentException if it is not a path to something below a directory; the message completes
    ///     the sentence "Path … "
    public static List<String> names(String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("is empty");
        }
        if (path.startsWith("/")) {
            throw new IllegalArgumentException("is absolute, but only paths below the project directory are allowed");
        }
        if (path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("has a NUL character");
        }
        if (path.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("is longer than %d characters".formatted(MAX_LENGTH));
        }
        var names = List.of((path.endsWith("/") ? path.substring(0, path.length() - 1) : path).split("/", -1));
        for (var name : names) {
            switch (name) {
                case "" -> throw new IllegalArgumentException("has an empty name between two slashes");
                case "." -> throw new IllegalArgumentException("has the name `.`: leave it out");
                case ".." ->
                    throw new IllegalArgumentException("has the name `..`, but it may not lead out of the project");
                default -> {}
            }
        }
        return names;
    }

    /// Returns a path as it can be shown: without control characters, and not too long.
    public static String printable(String path) {
        var shown = path.codePoints()
                .limit(200)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
        return shown.length() < path.length() ? shown + "…" : shown.toString();
    }
}
