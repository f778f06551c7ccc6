// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Authority;
import build.steading.auth.CurrentKeyManager;
import build.steading.auth.MemberBook;
import build.steading.auth.Recognition;
import build.steading.auth.TokenBook;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/// By what a server and those who reach it from elsewhere recognise each other.
///
/// @param names the host names and addresses that this server is reached by
/// @param clock tells when certificates are made
public record Gate(Authority authority, Set<String> names, MemberBook members, TokenBook tokens, InstantSource clock) {
    private static final Duration MAX_CONNECTION_AGE = Duration.ofHours(1);

    /// Parts of a certificate's life.
    private static final int CONNECTIONS = 10;

    public Gate {
        names = Set.copyOf(names);
    }

    RemoteCallers authenticator() {
        return new RemoteCallers(members, tokens);
    }

    /// Returns what another server of the same farm speaks TLS with. It is for that server to ask for
    /// certificates.
    public SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            var keys = new KeyManager[] {new CurrentKeyManager(authority.serverKey(names))};
            context.init(keys, new TrustManager[] {new ClientTrust(authority)}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Finds out who speaks to such a server.
    ///
    /// @param certificate whose key the other end has, of this farm's authority
    /// @param authorization as in the header of that name
    public Recognition recognise(Optional<X509Certificate> certificate, Optional<String> authorization) {
        return authenticator().recognise(certificate, authorization);
    }

    /// Returns how long one connection is used for new calls: it shows the certificate that it began with.
    Duration maxConnectionAge() {
        var share = authority.terms().member().dividedBy(CONNECTIONS);
        return share.compareTo(MAX_CONNECTION_AGE) < 0 ? share : MAX_CONNECTION_AGE;
    }

    /// TLS by the JDK: no native library. A client may come without a certificate, as those that join do.
    SslContext tls() {
        var keys = new CurrentKeyManager(authority.serverKey(names));
        try {
            return GrpcSslContexts.configure(SslContextBuilder.forServer(keys), SslProvider.JDK)
                    .protocols("TLSv1.3")
                    .trustManager(new ClientTrust(authority))
                    .clientAuth(ClientAuth.OPTIONAL)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }
}
