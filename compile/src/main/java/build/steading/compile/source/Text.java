// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import static java.nio.charset.StandardCharsets.UTF_8;

/// The bytes of a source, and how they fall into white space, comments and words. Positions are indices of bytes.
final class Text {
    final byte[] bytes;
    final int end;

    /// Whether something was met that is read in one way by one compiler, and in another way by another.
    boolean odd;

    Text(byte[] bytes, int end) {
        this.bytes = bytes;
        this.end = end;
    }

    /// Returns the byte at a position; behind the last one, all are ends of lines.
    byte at(int position) {
        return position < end ? bytes[position] : (byte) '\n';
    }

    /// Returns where the next line goes on, if the backslash at `position` joins two lines, else -1.
    int afterSplice(int position) {
        var p = position + 1;
        while (p < end && ByteClass.isBlank(bytes[p])) {
            p++;
        }
        return p < end && bytes[p] == '\n' ? p + 1 : -1;
    }

    /// Returns the position behind the comment that begins at `position` with a slash and an asterisk.
    int afterComment(int position) {
        var p = position + 2;
        while (p < end) {
            if (bytes[p] != '*') {
                p++;
                continue;
            }
            p++;
            var next = p;
            while (at(next) == '\\' && afterSplice(next) >= 0) {
                next = afterSplice(next);
            }
            if (at(next) == '/') {
                return next + 1;
            }
            odd |= isTrigraphBackslash(p);
        }
        return end;
    }

    /// Returns the position of the end of the line that the comment beginning at `position` with two slashes
    /// ends.
    int afterLineComment(int position) {
        var p = position + 2;
        while (p < end) {
            if (bytes[p] == '\n' && !isJoined(p)) {
                return p;
            }
            p++;
        }
        return end;
    }

    /// Returns whether the line that ends at `newline`, within a comment, goes on in the next one.
    private boolean isJoined(int newline) {
        var p = newline - 1;
        while (p > 0 && ByteClass.isBlank(bytes[p])) {
            p--;
        }
        if (p >= 2 && isTrigraphBackslash(p - 2)) {
            odd = true;
        }
        var joined = bytes[p] == '\\';
        // Microsoft's compiler does not join lines over blanks.
        odd |= joined && p != newline - 1 && bytes[newline - 1] != '\r';
        return joined;
    }

    boolean isTrigraphBackslash(int position) {
        return at(position) == '?' && at(position + 1) == '?' && at(position + 2) == '/';
    }

    /// Returns the first position from `position` on that is neither in a comment nor white space of a line.
    int afterBlanks(int position) {
        var p = position;
        while (p < end) {
            var b = bytes[p];
            if (ByteClass.isBlank(b)) {
                p++;
            } else if (b == '/' && at(p + 1) == '*') {
                p = afterComment(p);
            } else if (b == '/' && at(p + 1) == '/') {
                return afterLineComment(p);
            } else if (b == '\\' && afterSplice(p) >= 0) {
                p = afterSplice(p);
            } else {
                return p;
            }
        }
        return end;
    }

    int afterWord(int position) {
        var p = position;
        while (p < end && ByteClass.isIdentifier(bytes[p])) {
            p++;
        }
        return p;
    }

    /// Returns whether nothing but white space and comments is left of the line.
    boolean endsLine(int position) {
        return at(afterBlanks(position)) == '\n';
    }

    /// Returns whether the text goes on with `word`, which is of ASCII.
    boolean is(int position, String word) {
        if (end - position < word.length()) {
            return false;
        }
        for (var i = 0; i < word.length(); i++) {
            if (bytes[position + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Like [#is], whatever the case of letters.
    boolean isAnyCase(int position, String lowerCase) {
        if (end - position < lowerCase.length()) {
            return false;
        }
        for (var i = 0; i < lowerCase.length(); i++) {
            if ((bytes[position + i] | 0x20) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Returns the position of a byte before the end of the line, or -1.
    int findInLine(int position, char wanted) {
        for (var p = position; p < end && bytes[p] != '\n'; p++) {
            if (bytes[p] == wanted) {
                return p;
            }
        }
        return -1;
    }

    String string(int from, int to) {
        return new String(bytes, from, to - from, UTF_8);
    }

    /// Returns the logical line at `position`, with all lines joined that backslashes join.
    Text joinedLine(int position) {
        var joined = new byte[end - position];
        var length = 0;
        var p = position;
        while (p < end && bytes[p] != '\n') {
            var next = bytes[p] == '\\' ? afterSplice(p) : -1;
            if (next >= 0) {
                p = next;
            } else {
                joined[length] = bytes[p];
                length++;
                p++;
            }
        }
        return new Text(joined, length);
    }
}
