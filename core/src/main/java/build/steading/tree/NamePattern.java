// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import build.steading.tree.CodePointSet.Range;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A pattern for one name of a path: `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before a character that stands for
/// itself. Matching takes time in the length of the name times that of the pattern at the most. Immutable.
final class NamePattern {
    /// Matches every name.
    static final NamePattern ANY = new NamePattern(List.of(new Element(CodePointSet.ALL, true)));

    /// One code point of the set, or any number of any code points.
    private record Element(CodePointSet set, boolean many) {}

    private final List<Element> elements;
    private final @Nullable String literal;

    private NamePattern(List<Element> elements) {
        this.elements = List.copyOf(elements);
        this.literal = literal(elements);
    }

    /// @throws IllegalArgumentException if it is no pattern; the message completes the sentence "Pattern … "
    static NamePattern parse(String text) {
        var elements = new ArrayList<Element>();
        var position = 0;
        while (position < text.length()) {
            var c = text.codePointAt(position);
            switch (c) {
                case '*' -> elements.add(new Element(CodePointSet.ALL, true));
                case '?' -> elements.add(new Element(CodePointSet.ALL, false));
                case '[' -> {
                    var set = new SetReader(text, position + 1);
                    elements.add(new Element(set.read(), false));
                    position = set.position - 1;
                }
                case '\\' -> {
                    position++;
                    elements.add(new Element(CodePointSet.of(escaped(text, position)), false));
                }
                default -> elements.add(new Element(CodePointSet.of(c), false));
            }
            position += Character.charCount(text.codePointAt(position));
        }
        return new NamePattern(elements);
    }

    boolean matches(String name) {
        if (literal != null) {
            return literal.equals(name);
        }
        var element = 0;
        var position = 0;
        var star = -1;
        var resume = 0;
        while (position < name.length()) {
            var c = name.codePointAt(position);
            if (element < elements.size() && elements.get(element).many()) {
                star = element++;
                resume = position;
            } else if (element < elements.size() && elements.get(element).set().contains(c)) {
                element++;
                position += Character.charCount(c);
            } else if (star >= 0) {
                resume += Character.charCount(name.codePointAt(resume));
                position = resume;
                element = star + 1;
            } else {
                return false;
            }
        }
        while (element < elements.size() && elements.get(element).many()) {
            element++;
        }
        return element == elements.size();
    }

    /// Returns whether some name matches both.
    boolean meets(NamePattern other) {
        if (literal != null) {
            return other.matches(literal);
        }
        return Overlap.exists(
                elements,
                other.elements,
                Element::many,
                (mine, its) -> mine.set().meets(its.set()));
    }

    /// The one name that matches, if there is but one.
    @Nullable
    String literal() {
        return literal;
    }

    boolean isAny() {
        return elements.stream().allMatch(Element::many);
    }

    private static @Nullable String literal(List<Element> elements) {
        var name = new StringBuilder();
        for (var element : elements) {
            if (element.many() || !element.set().isSingle()) {
                return null;
            }
            name.appendCodePoint(element.set().ranges().getFirst().first());
        }
        return name.toString();
    }

    private static int escaped(String text, int position) {
        if (position >= text.length()) {
            throw new IllegalArgumentException("ends in a single `\\`");
        }
        return text.codePointAt(position);
    }

    /// Reads what is between `[` and `]`.
    private static final class SetReader {
        private final String text;
        private int position;

        SetReader(String text, int position) {
            this.text = text;
            this.position = position;
        }

        CodePointSet read() {
            var negated = position < text.length() && (text.charAt(position) == '!' || text.charAt(position) == '^');
            if (negated) {
                position++;
            }
            var ranges = new ArrayList<Range>();
            do {
                var first = next();
                var isRange = text.startsWith("-", position) && !text.startsWith("-]", position);
                if (isRange) {
                    position++;
                }
                var last = isRange ? next() : first;
                if (last < first) {
                    throw new IllegalArgumentException("has the empty range `%s-%s`"
                            .formatted(Character.toString(first), Character.toString(last)));
                }
                ranges.add(new Range(first, last));
            } while (!text.startsWith("]", position));
            position++;
            var set = CodePointSet.of(ranges);
            return negated ? set.complement() : set;
        }

        private int next() {
            if (text.startsWith("\\", position)) {
                position++;
            }
            if (position >= text.length()) {
                throw new IllegalArgumentException("has a `[` without `]`");
            }
            var c = text.codePointAt(position);
            position += Character.charCount(c);
            return c;
        }
    }
}
