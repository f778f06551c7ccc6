// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/// When a certificate is due for its successor: early enough for many attempts.
final class Renewals {
    private Renewals() {}

    static boolean isDue(X509Certificate certificate, Instant now) {
        return !now.isBefore(due(certificate));
    }

    /// Returns the end of the second third of the certificate's life.
    static Instant due(X509Certificate certificate) {
        var from = certificate.getNotBefore().toInstant();
        var to = certificate.getNotAfter().toInstant();
        return from.plus(Duration.between(from, to).multipliedBy(2).dividedBy(3));
    }
}
