// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/// The farm's own certificate authority: vouches for its machines, users and servers, and for nobody else's.
///
/// Thread-safe. Its key stays in one file, which only its owner may read. Whoever loses that file starts a new
/// farm: all join anew.
public final class Authority {
    private static final String KEY_FILE = "authority.key";
    private static final String CERTIFICATE_FILE = "authority.pem";

    private final X509Certificate certificate;
    private final Certificates certificates;
    private final Terms terms;
    private final InstantSource clock;

    private Authority(KeyChain own, Terms terms, InstantSource clock) {
        this.certificate = own.authority();
        this.certificates = Certificates.by(certificate, own.key());
        this.terms = terms;
        this.clock = clock;
    }

    /// Opens the authority in `directory`, and makes one if there is none. Beside its key lies `authority.pem`,
    /// its certificate, for clients that ask for a file.
    ///
    /// @throws SteadingException with `Invalid` if the files are damaged or others can read the key,
    ///     `Unavailable` if they cannot be read or written
    public static Authority open(Path directory, Terms terms, InstantSource clock) {
        var file = new PrivateFile(directory.resolve(KEY_FILE));
        if (file.read().isEmpty()) {
            file.create(fresh(terms, clock));
        }
        var pem = Pem.parse(file.path().toString(), file.read().orElseThrow());
        var own = new KeyChain(pem.privateKey(), pem.certificates());
        checkMatch(own, file.path());
        new PrivateFile(directory.resolve(CERTIFICATE_FILE)).create(Pem.text(own.certificates()));
        return new Authority(own, terms, clock);
    }

    private static String fresh(Terms terms, InstantSource clock) {
        var keys = KeyPairs.generate();
        var certificate =
                Certificates.authority(keys.getPublic(), keys.getPrivate(), clock.instant(), terms.authority());
        return Pem.text(keys.getPrivate(), List.of(certificate));
    }

    private static void checkMatch(KeyChain own, Path file) {
        try {
            own.certificate().verify(own.certificate().getPublicKey());
            if (!signs(own.key(), own.certificate())) {
                throw SteadingException.invalid("`%s` holds a key and a certificate that do not match", file);
            }
        } catch (GeneralSecurityException e) {
            throw SteadingException.invalid("`%s` holds a damaged certificate: %s", file, e);
        }
    }

    private static boolean signs(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        var message = certificate.getSignature();
        var signing = Signature.getInstance(KeyPairs.SIGNATURE);
        signing.initSign(key);
        signing.update(message);
        var signature = signing.sign();
        signing.initVerify(certificate.getPublicKey());
        signing.update(message);
        return signing.verify(signature);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /// Returns what join tokens pin.
    public Fingerprint fingerprint() {
        return Fingerprint.of(certificate);
    }

    /// Returns a certificate for the holder of the request's key, and the authority's own behind it.
    public List<X509Certificate> sign(Identity identity, SigningRequest request) {
        return List.of(certificates.member(identity, request.key(), clock.instant(), terms.member()), certificate);
    }

    /// Returns what a server shows that is reached by `names`: host names and addresses. It is made anew long
    /// before it ends, whenever somebody asks.
    public ServerKey serverKey(Set<String> names) {
        return new ServerKey(this, names);
    }

    KeyChain newServerKey(Set<String> names) {
        var keys = KeyPairs.generate();
        var shown = certificates.server(names, keys.getPublic(), clock.instant(), terms.server());
        return new KeyChain(keys.getPrivate(), List.of(shown, certificate));
    }

    public Terms terms() {
        return terms;
    }

    InstantSource clock() {
        return clock;
    }
}
