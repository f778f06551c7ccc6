// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

/// Tells bytes of sources apart.
final class ByteClass {
    private static final byte[] CLASSES = new byte[256];
    private static final int IDENTIFIER = 1;
    private static final int DIGIT = 2;
    private static final int SPECIAL = 4;

    static {
        for (var c = 'a'; c <= 'z'; c++) {
            CLASSES[c] |= IDENTIFIER;
        }
        for (var c = 'A'; c <= 'Z'; c++) {
            CLASSES[c] |= IDENTIFIER;
        }
        for (var c = '0'; c <= '9'; c++) {
            CLASSES[c] |= IDENTIFIER | DIGIT;
        }
        for (var c = 128; c < 256; c++) {
            CLASSES[c] |= IDENTIFIER;
        }
        CLASSES['_'] |= IDENTIFIER | SPECIAL;
        CLASSES['$'] |= IDENTIFIER;
        for (var c : new char[] {'\n', '"', '\'', '/', '.', '?', '\\'}) {
            CLASSES[c] |= SPECIAL;
        }
    }

    private ByteClass() {}

    /// Returns whether the scanner must stop and look at a byte within a line.
    static boolean isSpecial(byte b) {
        return CLASSES[b & 0xFF] >= SPECIAL;
    }

    static boolean isIdentifier(byte b) {
        return (CLASSES[b & 0xFF] & IDENTIFIER) != 0;
    }

    static boolean isDigit(byte b) {
        return (CLASSES[b & 0xFF] & DIGIT) != 0;
    }

    /// Returns whether a byte is white space that does not end a line.
    static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\f' || b == 0x0B || b == '\r' || b == 0;
    }
}
