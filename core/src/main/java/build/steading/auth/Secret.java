// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;

/// What a token proves its right with: 160 random bits, and a public name by which they are looked up. Whoever
/// checks it stores only its hash: random bits need no slower one. Never printed by accident.
///
/// @param id 8 digits, unique within a farm and no secret
/// @param key 32 digits, known to the holder alone
public record Secret(String id, String key) {
    private static final int ID_DIGITS = 8;
    private static final int KEY_DIGITS = 32;
    static final int DIGITS = ID_DIGITS + KEY_DIGITS;

    private static final SecureRandom RANDOM = new SecureRandom();

    /// @throws IllegalArgumentException if either part is malformed
    public Secret {
        if (!isMade(id, ID_DIGITS) || !isMade(key, KEY_DIGITS)) {
            throw new IllegalArgumentException("Secret is malformed");
        }
    }

    public static Secret random() {
        return new Secret(TokenText.random(RANDOM, ID_DIGITS), TokenText.random(RANDOM, KEY_DIGITS));
    }

    /// Returns the secret that [#text] gave; empty if it is none.
    public static Optional<Secret> parse(String text) {
        return isMade(text, DIGITS)
                ? Optional.of(new Secret(text.substring(0, ID_DIGITS), text.substring(ID_DIGITS)))
                : Optional.empty();
    }

    /// Returns both parts: as good as the secret itself.
    public String text() {
        return id + key;
    }

    /// Returns what may be stored, and tells nothing of the secret.
    public String hash() {
        return Fingerprint.of(text().getBytes(StandardCharsets.US_ASCII)).hex();
    }

    /// Returns whether this is the secret with that hash, in a time that does not depend on how much is right.
    public boolean matches(String hash) {
        return MessageDigest.isEqual(
                hash().getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean isMade(String text, int length) {
        return text.length() == length && TokenText.isMadeOfDigits(text);
    }

    @Override
    public String toString() {
        return "Secret[" + id + "]";
    }
}
