// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;

/// The one kind of key that a farm uses: elliptic curve P-256. Every TLS library knows it.
final class KeyPairs {
    static final String ALGORITHM = "EC";
    static final String SIGNATURE = "SHA256withECDSA";
    private static final ECGenParameterSpec CURVE = new ECGenParameterSpec("secp256r1");

    private KeyPairs() {}

    static KeyPair generate() {
        try {
            var generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(CURVE);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Returns whether `key` is of the right kind.
    static boolean isP256(PublicKey key) {
        try {
            var parameters = AlgorithmParameters.getInstance(ALGORITHM);
            parameters.init(CURVE);
            var wanted = parameters.getParameterSpec(ECParameterSpec.class);
            return key instanceof ECPublicKey ec
                    && ec.getParams().getCurve().equals(wanted.getCurve())
                    && ec.getParams().getOrder().equals(wanted.getOrder());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
