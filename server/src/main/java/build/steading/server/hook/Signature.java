// SPDX-License-Identifier: Apache-2.0
package build.steading.server.hook;

import build.steading.failure.SteadingException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Proves to a receiver that a request comes from whoever knows the secret, as it is and from when it says.
final class Signature {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String ENCODED = "whsec_";
    private static final int MIN_BYTES = 16;

    private Signature() {}

    /// Returns the value of the header `webhook-signature`.
    ///
    /// @param secret as it stands in its file: the key's bytes in Base64 after `whsec_`, or any other text, which
    ///     is the key itself
    /// @throws SteadingException with `Unavailable` if it is too short or no Base64
    static String of(String secret, String id, Instant time, byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key(secret.strip()), ALGORITHM));
            var signed = new ByteArrayOutputStream();
            signed.writeBytes("%s.%d.".formatted(id, time.getEpochSecond()).getBytes(StandardCharsets.UTF_8));
            signed.writeBytes(body);
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.toByteArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has " + ALGORITHM, e);
        }
    }

    private static byte[] key(String secret) {
        byte[] key;
        try {
            key = secret.startsWith(ENCODED)
                    ? Base64.getDecoder().decode(secret.substring(ENCODED.length()))
                    : secret.getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw SteadingException.unavailable("The secret of the webhook is no Base64 after `whsec_`", e);
        }
        if (key.length < MIN_BYTES) {
            throw SteadingException.unavailable(
                    "The secret of the webhook has %d bytes, needed are at least %d".formatted(key.length, MIN_BYTES),
                    new IllegalArgumentException("Short secret"));
        }
        return key;
    }
}
