// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import build.steading.failure.SteadingException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// Selects paths by patterns; the last pattern that matches a path decides, and a leading `!` makes it exclude.
///
/// `*` stands for any part of a name, `?` for one character, `[a-z]` for one of a set, `[!a-z]` for one outside
/// it, `{a,b}` for either, and `**` as a whole name for any number of directories. `\` takes the meaning from the
/// character after it. Whatever matches takes everything below it along: `src` selects a file or a whole
/// directory. If the first pattern excludes, everything else is selected. Names are compared as they are: case
/// and Unicode forms matter, and a leading dot is a character like all others.
///
/// Paths are relative, with `/` between names. Matching takes time proportional to the length of the path times
/// that of the patterns. Immutable and thread-safe.
public final class Globs {
    /// Selects everything.
    public static final Globs EVERYTHING = of(List.of("**"));

    /// Selects or excludes what matches any of the alternatives.
    private record Rule(boolean includes, List<Glob> alternatives) {}

    private final List<Rule> rules;
    private final List<String> patterns;

    private Globs(List<Rule> rules, List<String> patterns) {
        this.rules = rules;
        this.patterns = patterns;
    }

    /// Reads patterns; none at all select nothing.
    ///
    /// @throws SteadingException with `Invalid` if one is no pattern, absolute, or leads out by `..`
    public static Globs of(List<String> patterns) {
        var rules = new ArrayList<Rule>();
        for (var pattern : patterns) {
            rules.add(rule(pattern));
        }
        if (!rules.isEmpty() && !rules.getFirst().includes()) {
            rules.addFirst(rule("**"));
        }
        return new Globs(List.copyOf(rules), List.copyOf(patterns));
    }

    /// Returns a pattern that matches `text` and nothing else.
    public static String quote(String text) {
        var quoted = new StringBuilder();
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if ("\\*?[]{},!".indexOf(c) >= 0) {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.toString();
    }

    /// Returns the patterns as they were given.
    public List<String> patterns() {
        return patterns;
    }

    /// @param path of a file, link or directory; not empty
    public boolean matches(String path) {
        for (var rule : rules.reversed()) {
            for (var glob : rule.alternatives()) {
                if (glob.matches(state(glob, path))) {
                    return rule.includes();
                }
            }
        }
        return false;
    }

    /// Returns how much is selected of what may be below a directory, itself not counted.
    ///
    /// @param directory empty for the root
    public Coverage below(String directory) {
        var someIn = false;
        var someOut = false;
        for (var rule : rules.reversed()) {
            var coverage = below(rule, directory);
            if (coverage != Coverage.NONE) {
                someIn |= rule.includes();
                someOut |= !rule.includes();
            }
            if (coverage == Coverage.ALL) {
                return verdict(someIn, someOut);
            }
        }
        return verdict(someIn, true);
    }

    /// Returns whether some path may match both, were nothing excluded from either.
    public boolean mayOverlap(Globs other) {
        return rules.stream()
                .filter(Rule::includes)
                .flatMap(rule -> rule.alternatives().stream())
                .anyMatch(mine -> other.rules.stream()
                        .filter(Rule::includes)
                        .flatMap(rule -> rule.alternatives().stream())
                        .anyMatch(mine::overlaps));
    }

    /// Returns plain paths at or below which everything is that can match: each pattern up to its first name with
    /// a wildcard. The root is the empty path.
    public SequencedSet<String> anchors() {
        var anchors = new LinkedHashSet<String>();
        for (var rule : rules) {
            if (rule.includes()) {
                rule.alternatives().forEach(glob -> anchors.add(String.join("/", glob.anchor())));
            }
        }
        return anchors;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Globs that && patterns.equals(that.patterns);
    }

    @Override
    public int hashCode() {
        return patterns.hashCode();
    }

    /// Returns the patterns, separated by spaces.
    @Override
    public String toString() {
        return String.join(" ", patterns);
    }

    private static Rule rule(String pattern) {
        var excludes = pattern.startsWith("!");
        try {
            var alternatives = Braces.expand(excludes ? pattern.substring(1) : pattern);
            return new Rule(!excludes, alternatives.stream().map(Glob::parse).toList());
        } catch (IllegalArgumentException e) {
            throw SteadingException.invalid(
                    "Pattern `%s` %s", RelativePath.printable(pattern), String.valueOf(e.getMessage()));
        }
    }

    private static long state(Glob glob, String path) {
        var state = glob.start();
        var from = 0;
        while (from < path.length() && state != 0) {
            var slash = path.indexOf('/', from);
            var to = slash < 0 ? path.length() : slash;
            state = glob.advance(state, path.substring(from, to));
            from = to + 1;
        }
        return state;
    }

    private static Coverage below(Rule rule, String directory) {
        var best = Coverage.NONE;
        for (var glob : rule.alternatives()) {
            var coverage = glob.below(state(glob, directory));
            if (coverage == Coverage.ALL) {
                return Coverage.ALL;
            }
            best = coverage == Coverage.SOME ? coverage : best;
        }
        return best;
    }

    private static Coverage verdict(boolean someIn, boolean someOut) {
        if (someIn && someOut) {
            return Coverage.SOME;
        }
        return someIn ? Coverage.ALL : Coverage.NONE;
    }
}
