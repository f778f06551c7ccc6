// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.auth.Fingerprint;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Accepts the servers of one farm: those whose certificates are of the authority with a known fingerprint, and
/// valid for the address that we called.
final class FarmTrust extends X509ExtendedTrustManager {
    private final Supplier<Fingerprint> authority;

    /// @param authority asked for at each handshake
    FarmTrust(Supplier<Fingerprint> authority) {
        this.authority = authority;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        var root = root(chain);
        try {
            of(root).checkServerTrusted(chain, type, engine);
        } catch (CertificateException e) {
            throw new CertificateException(
                    "The server's certificate does not hold for this address: %s".formatted(deepest(e)), e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        of(root(chain)).checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("The address of the server is not known");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("This end is a client itself");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    /// Only the root itself may have the fingerprint: what it has signed is checked against it.
    private X509Certificate root(X509Certificate[] chain) throws CertificateException {
        var wanted = authority.get();
        var shown = chain[chain.length - 1];
        if (!Fingerprint.of(shown).equals(wanted)) {
            throw new CertificateException(
                    "The server is not of this farm: its authority has the fingerprint `%s`, not `%s`; either the address is wrong, or somebody stands in between"
                            .formatted(Fingerprint.of(shown), wanted));
        }
        return shown;
    }

    private static X509ExtendedTrustManager of(X509Certificate root) throws CertificateException {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("authority", root);
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return Stream.of(factory.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException | GeneralSecurityException e) {
            throw new CertificateException("The farm's authority cannot be used", e);
        }
    }

    private static String deepest(Throwable thrown) {
        var cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
