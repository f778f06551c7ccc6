// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A request for a certificate (PKCS #10) whose maker has shown that he holds the private key. What else it says
/// is ignored: the authority decides about names.
public record SigningRequest(PublicKey key) {
    /// @throws SteadingException with `Invalid` if it is malformed, of another kind of key, or not signed by the
    ///     key's holder
    public static SigningRequest parse(byte[] encoded) {
        try {
            var request = new JcaPKCS10CertificationRequest(encoded);
            var key = request.getPublicKey();
            if (!KeyPairs.isP256(key)) {
                throw SteadingException.invalid(
                        "Certificates are made for keys of curve P-256 only, not for %s", key.getAlgorithm());
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw SteadingException.invalid("Signing request is not signed by the key that it names");
            }
            return new SigningRequest(key);
        } catch (IOException | GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw SteadingException.invalid("Signing request is malformed: %s", e);
        }
    }

    /// Returns a request for a certificate of the public half of `keys`, encoded.
    static byte[] make(KeyPair keys) {
        try {
            var signer = new JcaContentSignerBuilder(KeyPairs.SIGNATURE).build(keys.getPrivate());
            return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=requester"), keys.getPublic())
                    .build(signer)
                    .getEncoded();
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
