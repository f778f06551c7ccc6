// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/// Decides whether two patterns can match the same sequence, be it of characters or of names.
final class Overlap {
    private Overlap() {}

    /// Returns whether there is a sequence that `a` and `b` both match, in time proportional to the product of
    /// their lengths.
    ///
    /// @param many which elements match any number of items instead of one; such an element matches any items
    /// @param meets whether some item matches both elements
    static <E> boolean exists(List<E> a, List<E> b, Predicate<E> many, BiPredicate<E, E> meets) {
        var reachable = new boolean[a.size() + 1][b.size() + 1];
        reachable[0][0] = true;
        for (var i = 0; i <= a.size(); i++) {
            for (var j = 0; j <= b.size(); j++) {
                if (!reachable[i][j]) {
                    continue;
                }
                var repeatsA = i < a.size() && many.test(a.get(i));
                var repeatsB = j < b.size() && many.test(b.get(j));
                if (repeatsA) {
                    reachable[i + 1][j] = true;
                }
                if (repeatsB) {
                    reachable[i][j + 1] = true;
                }
                if (i < a.size() && j < b.size() && meets.test(a.get(i), b.get(j))) {
                    reachable[repeatsA ? i : i + 1][repeatsB ? j : j + 1] = true;
                }
            }
        }
        return reachable[a.size()][b.size()];
    }
}
