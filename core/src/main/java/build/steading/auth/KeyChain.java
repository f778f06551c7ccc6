// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// A private key and the certificates that vouch for it.
///
/// @param certificates its own first, the authority's last
public record KeyChain(PrivateKey key, List<X509Certificate> certificates) {
    public KeyChain {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("A key without a certificate proves nothing");
        }
    }

    public X509Certificate certificate() {
        return certificates.getFirst();
    }

    public X509Certificate authority() {
        return certificates.getLast();
    }

    @Override
    public String toString() {
        return "KeyChain[" + certificate().getSubjectX500Principal() + "]";
    }
}
