// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.ArrayList;
import java.util.List;

/// Splits the text of response files into arguments, each kind by its own rules of quoting.
enum Words {
    /// A backslash takes the next character as it is, everywhere.
    GCC {
        @Override
        List<String> split(String text) {
            return unix(text, true);
        }
    },
    /// A backslash is nothing special within single quotes.
    CLANG {
        @Override
        List<String> split(String text) {
            return unix(text, false);
        }
    },
    /// A backslash is nothing special but before a double quote.
    MICROSOFT {
        @Override
        List<String> split(String text) {
            return microsoft(text);
        }
    };

    abstract List<String> split(String text);

    static Words of(Family family) {
        return switch (family) {
            case GCC -> GCC;
            case CLANG -> CLANG;
            case CL, CLANG_CL -> MICROSOFT;
        };
    }

    private static List<String> unix(String text, boolean escapesInSingleQuotes) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        var quote = '\0';
        var inWord = false;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\\' && (quote != '\'' || escapesInSingleQuotes)) {
                inWord = true;
                i++;
                if (i < text.length()) {
                    word.append(text.charAt(i));
                }
            } else if (quote != '\0') {
                quote = c == quote ? '\0' : append(word, c, quote);
            } else if (c == '\'' || c == '"') {
                inWord = true;
                quote = c;
            } else if (isSpace(c)) {
                inWord = end(words, word, inWord);
            } else {
                inWord = true;
                word.append(c);
            }
        }
        end(words, word, inWord);
        return words;
    }

    private static List<String> microsoft(String text) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        var quoted = false;
        var inWord = false;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\\') {
                inWord = true;
                var run = run(text, i);
                var beforeQuote = i + run < text.length() && text.charAt(i + run) == '"';
                word.repeat('\\', beforeQuote ? run / 2 : run);
                i += run - 1;
                if (beforeQuote && run % 2 == 1) {
                    word.append('"');
                    i++;
                }
            } else if (c == '"') {
                inWord = true;
                if (quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    word.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (!quoted && isSpace(c)) {
                inWord = end(words, word, inWord);
            } else {
                inWord = true;
                word.append(c);
            }
        }
        end(words, word, inWord);
        return words;
    }

    private static char append(StringBuilder word, char c, char quote) {
        word.append(c);
        return quote;
    }

    private static boolean end(List<String> words, StringBuilder word, boolean inWord) {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
        }
        return false;
    }

    /// Returns how many backslashes there are from `start`.
    private static int run(String text, int start) {
        var end = start;
        while (end < text.length() && text.charAt(end) == '\\') {
            end++;
        }
        return end - start;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
