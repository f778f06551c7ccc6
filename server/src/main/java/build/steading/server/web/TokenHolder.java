// SPDX-License-Identifier: Apache-2.0
package build.steading.server.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Optional;

/// Lets in whoever has the token.
///
/// @param token not blank
record TokenHolder(String token) implements StatusServer.Doorkeeper {
    private static final String SCHEME = "Bearer ";

    @Override
    public Optional<String> refusal(Optional<X509Certificate> certificate, Optional<String> authorization) {
        var given = authorization
                .filter(header -> header.startsWith(SCHEME))
                .map(header -> header.substring(SCHEME.length()));
        if (given.isEmpty()) {
            return Optional.of("The header `Authorization: Bearer TOKEN` is missing");
        }
        var right = MessageDigest.isEqual(
                given.get().getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
        return right ? Optional.empty() : Optional.of("The token is not the one of this process");
    }
}
