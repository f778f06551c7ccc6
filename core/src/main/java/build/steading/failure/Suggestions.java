// SPDX-License-Identifier: Apache-2.0
package build.steading.failure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Finds the names that somebody most likely meant who wrote an unknown one.
public final class Suggestions {
    /// Longer words are not compared: nobody mistypes them, and comparing takes time in the square of the length.
    private static final int MAX_LENGTH = 200;

    private Suggestions() {}

    /// Returns the names nearest to `word`, nearest first; none if all are too different. The distance is the
    /// number of letters to insert, delete, replace or swap with their neighbour, whatever their case; up to a
    /// third of the word may be wrong. Names much farther off than the nearest are left out.
    ///
    /// @param limit how many at the most
    public static List<String> nearest(String word, Collection<String> known, int limit) {
        record Candidate(String name, int distance) {}
        var allowed = Math.max(1, word.length() / 3);
        var candidates = new ArrayList<Candidate>();
        for (var name : known) {
            if (Math.abs(name.length() - word.length()) <= allowed && word.length() <= MAX_LENGTH) {
                var distance = distance(word.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
                if (distance <= allowed && distance < Math.max(word.length(), name.length())) {
                    candidates.add(new Candidate(name, distance));
                }
            }
        }
        candidates.sort(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name));
        return candidates.stream()
                .takeWhile(candidate ->
                        candidate.distance() <= candidates.getFirst().distance() + 1)
                .map(Candidate::name)
                .distinct()
                .limit(limit)
                .toList();
    }

    /// Returns the end of a message about an unknown name: ``; did you mean `x` or `y`?``, or nothing if no name
    /// is near.
    public static String didYouMean(String word, Collection<String> known) {
        var names = nearest(word, known, 3);
        return names.isEmpty() ? "" : "; did you mean `" + String.join("` or `", names) + "`?";
    }

    /// The optimal string alignment distance, three rows of the table at a time.
    private static int distance(String a, String b) {
        var beforeLast = new int[b.length() + 1];
        var last = new int[b.length() + 1];
        var row = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
                if (swapped(a, i, b, j)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            var free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }

    private static boolean swapped(String a, int i, String b, int j) {
        return i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    }
}
