// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.AccessToken;
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
        return recognise(certificate(call), Optional.ofNullable(headers.get(AUTHORIZATION)));
    }

    Recognition recognise(Optional<X509Certificate> certificate, Optional<String> authorization) {
        return certificate
                .map(members::recognise)
                .or(() -> authorization.map(this::byToken))
                .orElse(NOTHING_SHOWN);
    }

    /// Returns the certificate whose key the other end has, which [ClientTrust] has found to be of our authority.
    private static Optional<X509Certificate> certificate(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            return Optional.of((X509Certificate) session.getPeerCertificates()[0]);
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
