// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.auth.Credentials;
import build.steading.auth.CurrentKeyManager;
import build.steading.auth.Fingerprint;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.DelegatingSslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.util.Collections;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/// TLS as the servers of a farm speak it, by the JDK: no native library.
final class FarmTls {
    private FarmTls() {}

    /// Shows the newest certificate at each connection, and trusts the authority that it is of.
    static SslContext of(Credentials credentials) {
        var trust = new FarmTrust(() -> Fingerprint.of(credentials.get().authority()));
        return build(client(trust).keyManager(new CurrentKeyManager(credentials)));
    }

    /// Shows nothing, and trusts one authority.
    static SslContext pinned(Fingerprint authority) {
        return build(client(new FarmTrust(() -> authority)));
    }

    private static SslContextBuilder client(FarmTrust trust) {
        return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                .protocols("TLSv1.3")
                .trustManager(trust);
    }

    private static SslContext build(SslContextBuilder builder) {
        try {
            return new WholeHandshakes(builder.build());
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Takes up no earlier session: that would go on with the certificates that both ends showed then.
    private static final class WholeHandshakes extends DelegatingSslContext {
        WholeHandshakes(SslContext context) {
            super(context);
        }

        @Override
        protected void initEngine(SSLEngine engine) {
            for (var id : Collections.list(sessionContext().getIds())) {
                var session = sessionContext().getSession(id);
                if (session != null) {
                    session.invalidate();
                }
            }
        }
    }
}
