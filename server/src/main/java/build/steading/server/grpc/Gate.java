// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Authority;
import build.steading.auth.CurrentKeyManager;
import build.steading.auth.MemberBook;
import build.steading.auth.TokenBook;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import javax.net.ssl.SSLException;

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

    Authenticator authenticator() {
        return new RemoteCallers(members, tokens);
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
