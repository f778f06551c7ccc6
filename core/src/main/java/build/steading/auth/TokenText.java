// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// How tokens are written: parts of base-32 digits between dashes, after a prefix that says what it is; the last
/// four digits check all before them. The digits are Crockford's, without `i`, `l`, `o` and `u`, so that what was
/// read aloud or copied by hand survives.
final class TokenText {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int BITS = 5;
    private static final int CHECK_DIGITS = 4;

    private TokenText() {}

    static boolean isMadeOfDigits(String text) {
        return text.chars().allMatch(c -> DIGITS.indexOf(c) >= 0);
    }

    static String random(RandomGenerator random, int digits) {
        var text = new StringBuilder();
        for (var i = 0; i < digits; i++) {
            text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return text.toString();
    }

    /// Returns the parts with prefix, dashes and check digits.
    static String join(String prefix, String... parts) {
        var text = prefix + String.join("-", parts);
        return text + check(text);
    }

    /// Takes apart what [#join] has put together.
    ///
    /// @param kind what to call it, for messages
    /// @param lengths how many digits each part has
    /// @throws SteadingException with `Invalid` if it is cut off, mistyped or something else; the message does
    ///     not repeat the text
    static List<String> parse(String kind, String prefix, String written, int... lengths) {
        var stripped = written.strip();
        if (!stripped.toLowerCase(Locale.ROOT).startsWith(prefix)) {
            throw SteadingException.invalid("This is no %s: those begin with `%s`", kind, prefix);
        }
        var text = prefix + legible(stripped.substring(prefix.length()));
        var expected = prefix.length() + Arrays.stream(lengths).sum() + lengths.length - 1 + CHECK_DIGITS;
        checkDigits(kind, prefix, text);
        if (text.length() != expected) {
            throw SteadingException.invalid(
                    "This %s %s: it has %d characters, not %d; copy all of it",
                    kind, text.length() < expected ? "is cut off" : "has something behind it", text.length(), expected);
        }
        var body = text.substring(0, expected - CHECK_DIGITS);
        var parts = List.of(body.substring(prefix.length()).split("-", -1));
        if (!text.equals(body + check(body)) || !fit(parts, lengths)) {
            throw SteadingException.invalid(
                    "This %s is mistyped: its last %d characters do not match the others; copy all of it",
                    kind, CHECK_DIGITS);
        }
        return parts;
    }

    private static void checkDigits(String kind, String prefix, String text) {
        for (var i = prefix.length(); i < text.length(); i++) {
            if (text.charAt(i) != '-' && DIGITS.indexOf(text.charAt(i)) < 0) {
                throw SteadingException.invalid(
                        "This %s is mistyped: character %d is `%c`; allowed are digits, letters but `u`, and `-`",
                        kind, i + 1, text.charAt(i));
            }
        }
    }

    private static boolean fit(List<String> parts, int[] lengths) {
        return Arrays.equals(parts.stream().mapToInt(String::length).toArray(), lengths);
    }

    private static String legible(String text) {
        return text.toLowerCase(Locale.ROOT).replace('i', '1').replace('l', '1').replace('o', '0');
    }

    private static String check(String text) {
        var hash = Fingerprint.of(text.getBytes(StandardCharsets.US_ASCII)).hex();
        return encode(hash).substring(0, CHECK_DIGITS);
    }

    /// Returns the digits of what `hex` stands for, filled up with zero bits.
    static String encode(String hex) {
        var digits = new StringBuilder();
        var buffer = 0;
        var held = 0;
        for (var next : HexFormat.of().parseHex(hex)) {
            buffer = (buffer << Byte.SIZE) | Byte.toUnsignedInt(next);
            held += Byte.SIZE;
            while (held >= BITS) {
                held -= BITS;
                digits.append(DIGITS.charAt((buffer >> held) & 31));
            }
            buffer &= (1 << held) - 1;
        }
        if (held > 0) {
            digits.append(DIGITS.charAt((buffer << (BITS - held)) & 31));
        }
        return digits.toString();
    }

    /// Returns in hex what `digits` stand for, without bits that fill no byte.
    static String decode(String digits) {
        var hex = new StringBuilder();
        var buffer = 0;
        var held = 0;
        for (var i = 0; i < digits.length(); i++) {
            buffer = (buffer << BITS) | DIGITS.indexOf(digits.charAt(i));
            held += BITS;
            if (held >= Byte.SIZE) {
                held -= Byte.SIZE;
                HexFormat.of().toHexDigits(hex, (byte) (buffer >> held));
                buffer &= (1 << held) - 1;
            }
        }
        return hex.toString();
    }
}
