// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/// Whoever has the key of a certificate, as the certificate says. To read it takes longer than many a call: who
/// is asked often by the same does so once.
///
/// @param identity empty if it is for nobody of a farm
/// @param until when it ends
/// @param subject whom it names, for people
public record Bearer(Optional<Identity> identity, Fingerprint key, Instant until, String subject) {
    public static Bearer of(X509Certificate certificate) {
        return new Bearer(
                Certificates.identity(certificate),
                Fingerprint.of(certificate.getPublicKey()),
                certificate.getNotAfter().toInstant(),
                certificate.getSubjectX500Principal().getName());
    }
}
