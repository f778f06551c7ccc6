// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;

/// Reads literals and numbers, and looks in them for what makes the assembler read files.
final class Literals {
    private static final String BINARY = ".incbin";
    private static final String SOURCE = ".include";
    private static final int RAW_DELIMITER_LIMIT = 16;
    private static final int LONGEST_NUMBER = 200;

    private final Text text;
    private final Findings findings;

    Literals(Text text, Findings findings) {
        this.text = text;
        this.findings = findings;
    }

    /// Returns whether a dot begins a directive that makes the assembler read a file, or may become one.
    static boolean isAssemblerInput(Text text, int dot) {
        if (!text.isAnyCase(dot + 1, "inc")) {
            return false;
        }
        if (text.isAnyCase(dot, BINARY)) {
            return true;
        }
        var torn = text.at(dot + 4);
        if (torn == '\\' || torn == '#') {
            return true;
        }
        if (!text.isAnyCase(dot, SOURCE)) {
            return false;
        }
        var next = dot + SOURCE.length();
        while (ByteClass.isBlank(text.at(next))) {
            next++;
        }
        return "=(;,).[-".indexOf(text.at(next)) < 0;
    }

    /// Like [#isAssemblerInput], in code: there, what follows a value is one of its members.
    boolean isDirective(int dot) {
        return isAssemblerInput(text, dot)
                && (dot == 0 || !isEndOfValue(text.bytes[dot - 1]) || text.isAnyCase(dot, BINARY));
    }

    private static boolean isEndOfValue(byte b) {
        return ByteClass.isIdentifier(b) || b == ')' || b == ']';
    }

    int wordStart(int end) {
        var p = end;
        while (p > 0 && ByteClass.isIdentifier(text.bytes[p - 1])) {
            p--;
        }
        return p;
    }

    /// Returns whether an apostrophe may be one between digits.
    boolean isInNumber(int apostrophe) {
        var p = apostrophe;
        var least = Math.max(0, apostrophe - LONGEST_NUMBER);
        while (p > least && (ByteClass.isIdentifier(text.bytes[p - 1]) || text.bytes[p - 1] == '\'')) {
            p--;
        }
        return p < apostrophe && (ByteClass.isDigit(text.bytes[p]) || apostrophe - p == LONGEST_NUMBER);
    }

    /// Returns the position behind the raw string whose quote is at `quote`, or -1 if there is none. A file in
    /// which one has no end is odd; no further ones are looked for in it.
    int afterRaw(int quote) {
        if (text.odd
                || quote == 0
                || text.bytes[quote - 1] != 'R'
                || !isRawPrefix(text.string(wordStart(quote), quote))) {
            return -1;
        }
        var open = text.findInLine(quote + 1, '(');
        if (open < 0 || open - quote > RAW_DELIMITER_LIMIT + 1) {
            return -1;
        }
        var close = ")" + new String(text.bytes, quote + 1, open - quote - 1, ISO_8859_1) + "\"";
        for (var p = open + 1; p < text.end; p++) {
            if (text.bytes[p] == ')' && matches(p, close)) {
                return p + close.length();
            }
        }
        text.odd = true;
        return -1;
    }

    private boolean matches(int position, String latin) {
        for (var i = 0; i < latin.length(); i++) {
            if (text.at(position + i) != (byte) latin.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRawPrefix(String word) {
        return switch (word) {
            case "R", "LR", "uR", "UR", "u8R" -> true;
            default -> false;
        };
    }

    /// Returns the position behind the string or character that begins at `start`, or that of the end of the
    /// line.
    int afterString(int start, char quote) {
        var p = start + 1;
        var escaped = false;
        while (p < text.end && text.bytes[p] != '\n' && text.bytes[p] != quote) {
            var b = text.bytes[p];
            if (b == '\\') {
                var next = text.afterSplice(p);
                escaped |= next >= 0 || isNumeric(text.at(p + 1));
                p = next >= 0 ? next : p + 2;
                continue;
            }
            if (b == '.' && isAssemblerInput(text, p)) {
                findings.mark(Mark.ASSEMBLER_INPUT);
            }
            text.odd |= b == '?' && text.isTrigraphBackslash(p);
            p++;
        }
        var end = Math.min(p, text.end);
        if (quote == '"') {
            checkPiece(start + 1, end, escaped);
        }
        return text.at(end) == quote ? end + 1 : end;
    }

    private static boolean isNumeric(byte escape) {
        return ByteClass.isDigit(escape) || escape == 'x' || escape == 'u' || escape == 'U' || escape == 'N';
    }

    /// Looks whether a string, with the one that follows it, may be one of the directives in pieces.
    private void checkPiece(int start, int end, boolean escaped) {
        var from = escaped ? start : Math.max(start, end - SOURCE.length());
        var tail =
                escaped ? Escapes.decode(text.bytes, from, end) : new String(text.bytes, from, end - from, ISO_8859_1);
        if (tail.indexOf('.') < 0) {
            return;
        }
        var lower = tail.toLowerCase(Locale.ROOT);
        if (lower.contains(BINARY) || lower.contains(SOURCE)) {
            findings.mark(Mark.ASSEMBLER_INPUT);
            return;
        }
        var piece = pieceAtEnd(lower);
        if (piece > 0 && isContinued(piece, end)) {
            findings.mark(Mark.ASSEMBLER_INPUT);
        }
    }

    /// Returns whether what follows the string that ends at `end` may be the rest of a directive.
    private boolean isContinued(int piece, int end) {
        var next = text.afterBlanks(end + 1);
        while (text.at(next) == '\n' && next < text.end) {
            next = text.afterBlanks(next + 1);
        }
        var follower = text.at(next);
        return piece > 1
                ? follower == '"' || follower == '#' || ByteClass.isIdentifier(follower)
                : follower == '"' && (text.at(next + 1) | 0x20) == 'i' && (text.at(next + 2) | 0x20) == 'n';
    }

    /// Returns how much of the begin of a directive stands at the end of a string.
    private static int pieceAtEnd(String string) {
        for (var length = SOURCE.length() - 1; length > 0; length--) {
            if (string.endsWith(SOURCE.substring(0, length))
                    || string.endsWith(BINARY.substring(0, Math.min(length, BINARY.length() - 1)))) {
                return length;
            }
        }
        return 0;
    }
}
