// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

/// Decodes what is escaped in string literals, as far as it is ASCII.
final class Escapes {
    private Escapes() {}

    /// Returns the text of a literal without its quotes. What is beyond ASCII may come out as anything beyond
    /// ASCII.
    static String decode(byte[] bytes, int start, int end) {
        var text = new Text(bytes, end);
        var decoded = new StringBuilder(end - start);
        var p = start;
        while (p < end) {
            if (bytes[p] != '\\') {
                decoded.append((char) (bytes[p] & 0xFF));
                p++;
                continue;
            }
            var next = text.afterSplice(p);
            if (next >= 0) {
                p = next;
                continue;
            }
            p = decodeOne(text, p + 1, decoded);
        }
        return decoded.toString();
    }

    private static int decodeOne(Text text, int kind, StringBuilder decoded) {
        return switch (text.at(kind)) {
            case 'x', 'u', 'U' -> number(text, kind + 1, 16, decoded);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> number(text, kind, 8, decoded);
            default -> {
                decoded.append((char) (text.at(kind) & 0xFF));
                yield kind + 1;
            }
        };
    }

    private static int number(Text text, int start, int radix, StringBuilder decoded) {
        var most = radix == 8 ? 3 : Integer.MAX_VALUE;
        var value = 0;
        var p = start;
        while (p < text.end && p - start < most && Character.digit(text.at(p), radix) >= 0) {
            value = value * radix + Character.digit(text.at(p), radix);
            p++;
        }
        decoded.append((char) value);
        return p;
    }
}
