// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Shows in each TLS handshake the certificate that is the newest then. Thread-safe.
public final class CurrentKeyManager extends X509ExtendedKeyManager {
    /// Handshakes that go on while certificates change: more than there can be changes in the time of one.
    private static final int REMEMBERED = 8;

    private final Supplier<KeyChain> source;

    @GuardedBy("this")
    private final Map<String, KeyChain> shown = new LinkedHashMap<>();

    /// @param source asked once for each handshake
    public CurrentKeyManager(Supplier<KeyChain> source) {
        this.source = source;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return choose(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return choose(keyType);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return choose(keyTypes);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return choose(keyType);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases(keyType);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases(keyType);
    }

    @Override
    public synchronized X509Certificate @Nullable [] getCertificateChain(String alias) {
        var chain = shown.get(alias);
        return chain == null ? null : chain.certificates().toArray(X509Certificate[]::new);
    }

    @Override
    public synchronized @Nullable PrivateKey getPrivateKey(String alias) {
        var chain = shown.get(alias);
        return chain == null ? null : chain.key();
    }

    private String @Nullable [] aliases(String keyType) {
        var alias = choose(keyType);
        return alias == null ? null : new String[] {alias};
    }

    /// An alias stands for one certificate, so that its key is found even if it is replaced during the handshake.
    private @Nullable String choose(String... keyTypes) {
        if (!Arrays.asList(keyTypes).contains(KeyPairs.ALGORITHM)) {
            return null;
        }
        var current = source.get();
        var alias = current.certificate().getSerialNumber().toString();
        synchronized (this) {
            shown.remove(alias);
            shown.put(alias, current);
            if (shown.size() > REMEMBERED) {
                shown.remove(shown.keySet().iterator().next());
            }
        }
        return alias;
    }
}
