// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.AccessToken;
import build.steading.auth.Bearer;
import build.steading.auth.MemberBook;
import build.steading.auth.Recognition;
import build.steading.auth.TokenBook;
import build.steading.failure.SteadingException;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/// Recognises callers by the certificate that they showed when they connected, or else by the access token that
/// they send along.
final class RemoteCallers implements Authenticator {
    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final String BEARER = "Bearer ";

    /// Under this name the session of a connection remembers whose it is.
    private static final String SESSION_BEARER = Bearer.class.getName();
    private static final Recognition NOTHING_SHOWN = new Recognition.Unknown(
            "Nobody is answered here without a certificate or an access token: join this farm (`steading join`), or"
                    + " send `authorization: Bearer TOKEN`; an admin makes tokens (`steading token create`)");

    private final MemberBook members;
    private final TokenBook tokens;

    RemoteCallers(MemberBook members, TokenBook tokens) {
        this.members = members;
        this.tokens = tokens;
    }

    @Override
    public Recognition recognise(ServerCall<?, ?> call, Metadata headers) {
        return known(bearer(call), Optional.ofNullable(headers.get(AUTHORIZATION)));
    }

    Recognition recognise(Optional<X509Certificate> certificate, Optional<String> authorization) {
        return known(certificate.map(Bearer::of), authorization);
    }

    private Recognition known(Optional<Bearer> bearer, Optional<String> authorization) {
        return bearer.map(members::recognise)
                .or(() -> authorization.map(this::byToken))
                .orElse(NOTHING_SHOWN);
    }

    /// Returns what the certificate says whose key the other end has, and which [ClientTrust] has found to be of
    /// our authority.
    private static Optional<Bearer> bearer(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        if (session.getValue(SESSION_BEARER) instanceof Bearer known) {
            return Optional.of(known);
        }
        try {
            var bearer = Bearer.of((X509Certificate) session.getPeerCertificates()[0]);
            session.putValue(SESSION_BEARER, bearer);
            return Optional.of(bearer);
        } catch (SSLPeerUnverifiedException _) {
            return Optional.empty();
        }
    }

    private Recognition byToken(String header) {
        if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return new Recognition.Unknown("Header `authorization` is not `Bearer TOKEN`");
        }
        try {
            return tokens.recognise(AccessToken.parse(header.substring(BEARER.length())));
        } catch (SteadingException e) {
            return new Recognition.Unknown(e.failure().message());
        }
    }
}
