// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Compares [Globs] with a matcher that tries everything, on random patterns and all short paths.
class GlobsRandomTest {
    private static final List<String> NAMES = List.of("a", "b", "ab", "ba", "é", "a😀");
    private static final List<String> PARTS =
            List.of("a", "b", "é", "*", "?", "[ab]", "[!a]", "{a,b}", "{,b}", "😀", "{a,b/a}");

    @Test
    void agreesWithTheNaiveMatcher() {
        var paths = paths(4);
        for (var seed = 0; seed < 250; seed++) {
            var patterns = patterns(new Random(seed));
            var globs = Globs.of(patterns);
            assertThat(paths.stream().filter(globs::matches))
                    .as("%s, seed %d", patterns, seed)
                    .containsExactlyElementsOf(
                            paths.stream().filter(path -> naive(patterns, path)).toList());
        }
    }

    @Test
    void coverageIsTrueOfEveryPathBelow() {
        var paths = paths(4);
        for (var seed = 0; seed < 250; seed++) {
            var globs = Globs.of(patterns(new Random(seed)));
            for (var directory : paths(2)) {
                var coverage = globs.below(directory);
                if (coverage != Coverage.SOME) {
                    assertThat(paths)
                            .as("%s below %s, seed %d", globs, directory, seed)
                            .filteredOn(path -> path.startsWith(directory + "/"))
                            .allMatch(path -> globs.matches(path) == (coverage == Coverage.ALL));
                }
            }
        }
    }

    @Test
    void overlapIsFoundWhereverAPathMatchesBoth() {
        var paths = paths(4);
        for (var seed = 0; seed < 1000; seed++) {
            var random = new Random(seed);
            var a = Globs.of(List.of(pattern(random)));
            var b = Globs.of(List.of(pattern(random)));
            if (paths.stream().anyMatch(path -> a.matches(path) && b.matches(path))) {
                assertThat(a.mayOverlap(b)).as("%s and %s, seed %d", a, b, seed).isTrue();
            }
        }
    }

    private static List<String> paths(int depth) {
        var paths = new ArrayList<>(NAMES);
        if (depth > 1) {
            for (var rest : paths(depth - 1)) {
                NAMES.forEach(name -> paths.add(name + "/" + rest));
            }
        }
        return paths;
    }

    private static List<String> patterns(Random random) {
        var patterns = new ArrayList<String>();
        for (var i = random.nextInt(4); i >= 0; i--) {
            patterns.add((random.nextInt(3) == 0 ? "!" : "") + pattern(random));
        }
        return patterns;
    }

    private static String pattern(Random random) {
        var names = new ArrayList<String>();
        for (var i = random.nextInt(3); i >= 0; i--) {
            if (random.nextInt(4) == 0) {
                names.add("**");
            } else {
                var name = new StringBuilder(PARTS.get(random.nextInt(4)));
                for (var j = random.nextInt(3); j > 0; j--) {
                    name.append(PARTS.get(random.nextInt(PARTS.size())));
                }
                names.add(name.toString());
            }
        }
        return String.join("/", names);
    }

    private static boolean naive(List<String> patterns, String path) {
        var selected = patterns.getFirst().startsWith("!");
        for (var pattern : patterns) {
            var excludes = pattern.startsWith("!");
            if (naiveWithBraces(excludes ? pattern.substring(1) : pattern, path)) {
                selected = !excludes;
            }
        }
        return selected;
    }

    private static boolean naiveWithBraces(String pattern, String path) {
        var open = pattern.indexOf('{');
        if (open < 0) {
            return naivePath(List.of(pattern.split("/")), List.of(path.split("/")));
        }
        var close = pattern.indexOf('}', open);
        for (var alternative : pattern.substring(open + 1, close).split(",", -1)) {
            if (naiveWithBraces(pattern.substring(0, open) + alternative + pattern.substring(close + 1), path)) {
                return true;
            }
        }
        return false;
    }

    private static boolean naivePath(List<String> pattern, List<String> path) {
        if (pattern.isEmpty()) {
            return true;
        }
        var rest = pattern.subList(1, pattern.size());
        if (pattern.getFirst().equals("**")) {
            return rest.stream().allMatch("**"::equals)
                    ? !path.isEmpty()
                    : naivePath(rest, path) || (!path.isEmpty() && naivePath(pattern, path.subList(1, path.size())));
        }
        return !path.isEmpty()
                && naiveName(pattern.getFirst(), path.getFirst())
                && naivePath(rest, path.subList(1, path.size()));
    }

    private static boolean naiveName(String pattern, String name) {
        if (pattern.isEmpty()) {
            return name.isEmpty();
        }
        if (pattern.charAt(0) == '*') {
            return naiveName(pattern.substring(1), name)
                    || (!name.isEmpty() && naiveName(pattern, name.substring(width(name))));
        }
        if (name.isEmpty()) {
            return false;
        }
        var rest = name.substring(width(name));
        if (pattern.startsWith("[ab]") || pattern.startsWith("[!a]")) {
            var first = name.charAt(0);
            var member = pattern.startsWith("[ab]") ? first == 'a' || first == 'b' : first != 'a';
            return member && naiveName(pattern.substring(4), rest);
        }
        return (pattern.charAt(0) == '?' || pattern.codePointAt(0) == name.codePointAt(0))
                && naiveName(pattern.substring(width(pattern)), rest);
    }

    private static int width(String text) {
        return Character.charCount(text.codePointAt(0));
    }
}
