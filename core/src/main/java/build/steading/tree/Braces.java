// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Writes out the alternatives of a pattern: `a/{b,c}` stands for `a/b` and `a/c`.
final class Braces {
    /// How many alternatives one pattern may stand for: nested braces multiply.
    static final int MAX_ALTERNATIVES = 256;

    private Braces() {}

    /// @throws IllegalArgumentException if braces are not closed, or there are too many alternatives; the message
    ///     completes the sentence "Pattern … "
    static List<String> expand(String pattern) {
        var expanded = new ArrayList<String>();
        var pending = new ArrayDeque<String>();
        pending.add(pattern);
        while (!pending.isEmpty()) {
            var next = pending.removeFirst();
            var open = find(next, 0, "{");
            if (open < 0) {
                expanded.add(next);
            } else {
                alternatives(next, open).reversed().forEach(pending::addFirst);
            }
            if (expanded.size() + pending.size() > MAX_ALTERNATIVES) {
                throw new IllegalArgumentException("stands for more than %d alternatives".formatted(MAX_ALTERNATIVES));
            }
        }
        return expanded;
    }

    private static List<String> alternatives(String pattern, int open) {
        var starts = new ArrayList<Integer>(List.of(open + 1));
        var depth = 0;
        var position = open + 1;
        while (true) {
            position = find(pattern, position, "{,}");
            if (position < 0) {
                throw new IllegalArgumentException("has a `{` without `}`");
            }
            switch (pattern.charAt(position)) {
                case '{' -> depth++;
                case ',' -> {
                    if (depth == 0) {
                        starts.add(position + 1);
                    }
                }
                default -> depth--;
            }
            position++;
            if (depth < 0) {
                starts.add(position);
                break;
            }
        }
        var results = new ArrayList<String>();
        for (var i = 0; i + 1 < starts.size(); i++) {
            var alternative = pattern.substring(starts.get(i), starts.get(i + 1) - 1);
            results.add(pattern.substring(0, open) + alternative + pattern.substring(starts.getLast()));
        }
        return results;
    }

    /// Returns where one of `characters` stands first that is neither escaped nor in a `[set]`; -1 if nowhere.
    private static int find(String pattern, int from, String characters) {
        var position = from;
        while (position < pattern.length()) {
            var c = pattern.charAt(position);
            if (characters.indexOf(c) >= 0) {
                return position;
            }
            switch (c) {
                case '\\' -> position += 2;
                case '[' -> position = afterSet(pattern, position);
                default -> position++;
            }
        }
        return -1;
    }

    /// A `]` directly after the `[` or its negation is a member of the set.
    private static int afterSet(String pattern, int open) {
        var position = open + 1;
        if (pattern.startsWith("!", position) || pattern.startsWith("^", position)) {
            position++;
        }
        do {
            position += pattern.startsWith("\\", position) ? 2 : 1;
        } while (position < pattern.length() && pattern.charAt(position) != ']');
        return position + 1;
    }
}
