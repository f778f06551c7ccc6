// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/// A machine or user that has joined.
///
/// @param key fingerprint of its key
/// @param issued when its newest certificate was made
/// @param expires when that ends
/// @param seen when it last called, to the minute
/// @param token id of the token that it joined by
public record Member(
        Identity identity,
        Fingerprint key,
        Instant issued,
        Instant expires,
        MemberState state,
        Optional<Instant> seen,
        String token) {
    static Member joined(Identity identity, X509Certificate certificate, Instant now, String token) {
        return new Member(
                identity,
                Fingerprint.of(certificate.getPublicKey()),
                now,
                certificate.getNotAfter().toInstant(),
                MemberState.ACTIVE,
                Optional.empty(),
                token);
    }

    Member renewed(X509Certificate certificate, Instant now) {
        return new Member(identity, key, now, certificate.getNotAfter().toInstant(), state, seen, token);
    }

    public Member in(MemberState next) {
        return new Member(identity, key, issued, expires, next, seen, token);
    }

    public Member seenAt(Instant time) {
        return new Member(identity, key, issued, expires, state, Optional.of(time), token);
    }
}
