// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/// Keys and certificates as text that every other tool can read.
final class Pem {
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String PUBLIC_KEY = "PUBLIC KEY";
    private static final String CERTIFICATE = "CERTIFICATE";

    private final String origin;
    private final List<PemObject> parts;

    private Pem(String origin, List<PemObject> parts) {
        this.origin = origin;
        this.parts = parts;
    }

    /// @param origin where the text comes from, for messages
    /// @throws SteadingException with `Invalid` if it is no such text
    static Pem parse(String origin, String text) {
        var parts = new ArrayList<PemObject>();
        try (var reader = new PemReader(new StringReader(text))) {
            for (var part = reader.readPemObject(); part != null; part = reader.readPemObject()) {
                parts.add(part);
            }
            return new Pem(origin, parts);
        } catch (IOException | RuntimeException e) {
            throw SteadingException.invalid("`%s` is damaged: %s", origin, e);
        }
    }

    static String text(PrivateKey key, List<X509Certificate> certificates) {
        return text(PRIVATE_KEY, key) + text(certificates);
    }

    static String text(KeyPair pair) {
        return text(PRIVATE_KEY, pair.getPrivate()) + text(PUBLIC_KEY, pair.getPublic());
    }

    static String text(List<X509Certificate> certificates) {
        var text = new StringBuilder();
        for (var certificate : certificates) {
            try {
                text.append(text(CERTIFICATE, certificate.getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return text.toString();
    }

    /// @throws SteadingException with `Invalid` if there is none
    PrivateKey privateKey() {
        try {
            return KeyFactory.getInstance(KeyPairs.ALGORITHM)
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(all(PRIVATE_KEY).getFirst().getContent()));
        } catch (GeneralSecurityException _) {
            throw SteadingException.invalid("`%s` holds a private key that is none of curve P-256", origin);
        }
    }

    /// @throws SteadingException with `Invalid` if there is none
    KeyPair keyPair() {
        try {
            var publicKey = KeyFactory.getInstance(KeyPairs.ALGORITHM)
                    .generatePublic(
                            new X509EncodedKeySpec(all(PUBLIC_KEY).getFirst().getContent()));
            return new KeyPair(publicKey, privateKey());
        } catch (GeneralSecurityException _) {
            throw SteadingException.invalid("`%s` holds a public key that is none of curve P-256", origin);
        }
    }

    /// @return at least one
    /// @throws SteadingException with `Invalid` if there is none
    List<X509Certificate> certificates() {
        try {
            var factory = CertificateFactory.getInstance("X.509");
            var found = new ArrayList<X509Certificate>();
            for (var part : all(CERTIFICATE)) {
                found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(part.getContent())));
            }
            return found;
        } catch (GeneralSecurityException _) {
            throw SteadingException.invalid("`%s` holds a damaged certificate", origin);
        }
    }

    private List<PemObject> all(String type) {
        var found = parts.stream().filter(part -> part.getType().equals(type)).toList();
        if (found.isEmpty()) {
            throw SteadingException.invalid("`%s` is damaged: it has no `%s`", origin, type);
        }
        return found;
    }

    private static String text(String type, Key key) {
        return text(type, key.getEncoded());
    }

    private static String text(String type, byte[] content) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }
}
