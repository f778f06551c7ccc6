// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import build.steading.compile.source.Inclusion.Form;
import build.steading.compile.source.Inclusion.Verb;
import java.util.Locale;
import java.util.Set;

/// Reads what follows the `#` of a directive.
final class DirectiveReader {
    private static final int LONGEST = "include_next".length();
    private static final Set<String> LIBRARIES = Set.of("tlb", "dll", "ocx", "olb", "exe");
    private static final Set<String> OBSCURE_PRAGMAS =
            Set.of("dependency", "include_alias", "module", "pch_preprocess");

    private final Findings findings;

    DirectiveReader(Findings findings) {
        this.findings = findings;
    }

    /// What became of a directive.
    ///
    /// @param next where the text goes on
    record Read(Kind kind, int next) {}

    enum Kind {
        PLAIN,
        DEFINITION,
        /// What follows on the line is words, not code.
        PROSE,
        /// Two lines are joined within a word: it must be read again with the lines joined.
        TORN
    }

    /// @param position behind the `#`
    Read read(Text text, int position) {
        var start = text.afterBlanks(position);
        var end = text.afterWord(start);
        if (isTorn(text, end)) {
            return new Read(Kind.TORN, position);
        }
        if (end - start > LONGEST) {
            return plain(end);
        }
        return switch (text.string(start, end)) {
            case "include" -> include(text, Verb.INCLUDE, end);
            case "include_next" -> include(text, Verb.INCLUDE_NEXT, end);
            case "import" -> importing(text, end);
            case "embed" -> include(text, Verb.EMBED, end);
            case "define" -> define(text, end);
            case "pragma" -> pragma(text, end);
            case "error", "warning" -> new Read(Kind.PROSE, end);
            case "using" -> obscure(end);
            default -> plain(end);
        };
    }

    private static Read plain(int next) {
        return new Read(Kind.PLAIN, next);
    }

    private Read obscure(int next) {
        findings.mark(Mark.OBSCURE);
        return plain(next);
    }

    private static boolean isTorn(Text text, int position) {
        return text.at(position) == '\\'
                && text.afterSplice(position) >= 0
                && ByteClass.isIdentifier(text.at(text.afterSplice(position)));
    }

    private Read include(Text text, Verb verb, int position) {
        var start = text.afterBlanks(position);
        var first = text.at(start);
        if (first == '"' || first == '<') {
            var end = text.findInLine(start + 1, first == '"' ? '"' : '>');
            if (end >= 0) {
                findings.include(verb, first == '"' ? Form.QUOTED : Form.BRACKETED, text.string(start + 1, end));
                return plain(end + 1);
            }
            return isJoinedLine(text, start) ? new Read(Kind.TORN, position) : plain(start + 1);
        }
        if (ByteClass.isIdentifier(first)) {
            var end = text.afterWord(start);
            if (isTorn(text, end)) {
                return new Read(Kind.TORN, position);
            }
            var name = text.string(start, end);
            findings.include(verb, Form.COMPUTED, text.endsLine(end) ? name : name + "(");
            return plain(end);
        }
        if (first != '\n') {
            findings.include(verb, Form.COMPUTED, "?");
        }
        return plain(start);
    }

    private static boolean isJoinedLine(Text text, int position) {
        var backslash = position;
        while (backslash >= 0) {
            if (text.afterSplice(backslash) >= 0 && text.at(backslash) == '\\') {
                return true;
            }
            backslash = text.findInLine(backslash + 1, '\\');
        }
        return false;
    }

    /// Microsoft's compiler makes headers out of libraries that are imported.
    private Read importing(Text text, int position) {
        var read = include(text, Verb.INCLUDE, position);
        var start = text.afterBlanks(position) + 1;
        if (read.kind() == Kind.PLAIN && read.next() > start) {
            var name = text.string(start, read.next() - 1).toLowerCase(Locale.ROOT);
            if (LIBRARIES.contains(name.substring(name.lastIndexOf('.') + 1)) || name.contains("id:")) {
                findings.mark(Mark.OBSCURE);
            }
        }
        return read;
    }

    private Read pragma(Text text, int position) {
        var p = text.afterBlanks(position);
        for (var words = 0; words < 2; words++) {
            var end = text.afterWord(p);
            var word = text.string(p, end);
            if (word.equals("once")) {
                findings.mark(Mark.PRAGMA_ONCE);
            } else if (OBSCURE_PRAGMAS.contains(word)) {
                findings.mark(Mark.OBSCURE);
            }
            p = text.afterBlanks(end);
        }
        return plain(position);
    }

    private Read define(Text text, int position) {
        var start = text.afterBlanks(position);
        var end = text.afterWord(start);
        if (isTorn(text, end)) {
            return new Read(Kind.TORN, position);
        }
        if (text.at(end) != '(' && end > start) {
            defineObject(text, start, end);
        }
        return new Read(Kind.DEFINITION, end);
    }

    /// Notes a macro that can stand behind `#include`. What begins with anything but a quote, a bracket or a name
    /// cannot; nor can what is empty.
    private void defineObject(Text text, int start, int end) {
        var value = text.afterBlanks(end);
        var first = text.at(value);
        if (first == '"' || first == '<') {
            var close = text.findInLine(value + 1, first == '"' ? '"' : '>');
            if (close >= 0 && text.endsLine(close + 1)) {
                var form = first == '"' ? Form.QUOTED : Form.BRACKETED;
                findings.define(text.string(start, end), form, text.string(value + 1, close));
            } else {
                findings.defineOtherwise(hash(text, start, end));
            }
        } else if (ByteClass.isIdentifier(first) && !ByteClass.isDigit(first)) {
            var close = text.afterWord(value);
            if (text.endsLine(close) && !isTorn(text, close)) {
                findings.define(text.string(start, end), Form.COMPUTED, text.string(value, close));
            } else {
                findings.defineOtherwise(hash(text, start, end));
            }
        } else if (first == '#' || first == '%' || first == '?') {
            findings.defineOtherwise(hash(text, start, end));
        }
    }

    /// Returns the hash that the name would have as a string.
    private static int hash(Text text, int start, int end) {
        var hash = 0;
        for (var p = start; p < end; p++) {
            if (text.bytes[p] < 0) {
                return text.string(start, end).hashCode();
            }
            hash = 31 * hash + text.bytes[p];
        }
        return hash;
    }
}
