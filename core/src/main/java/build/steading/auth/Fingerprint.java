// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// Names a certificate or a public key by the SHA-256 of its encoding. It is no secret.
///
/// @param hex 64 lower-case hex digits
public record Fingerprint(String hex) {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    /// @throws IllegalArgumentException if `hex` is malformed
    public Fingerprint {
        if (!SHA_256.matcher(hex).matches()) {
            throw new IllegalArgumentException("Fingerprint `%s` is not 64 lower-case hex digits".formatted(hex));
        }
    }

    /// Returns what `openssl x509 -fingerprint -sha256` prints, without the colons.
    ///
    /// @throws SteadingException with `Invalid` if the certificate cannot be encoded
    public static Fingerprint of(X509Certificate certificate) {
        try {
            return of(certificate.getEncoded());
        } catch (CertificateEncodingException _) {
            throw SteadingException.invalid("Certificate cannot be encoded");
        }
    }

    /// Returns the same for one key, whatever certificates it is in.
    public static Fingerprint of(PublicKey key) {
        return of(key.getEncoded());
    }

    static Fingerprint of(byte[] encoded) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(encoded);
            return new Fingerprint(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
