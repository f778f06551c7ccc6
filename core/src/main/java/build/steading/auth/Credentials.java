// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a machine or a user is known by in a farm: a directory with a private key, which is made there and never
/// leaves it, with the certificates for it, and with the server's address.
///
/// Thread-safe, also between processes: a certificate that another process has renewed is seen at once.
public final class Credentials implements Supplier<KeyChain> {
    private final PrivateFile keyFile;
    private final PrivateFile certificateFile;
    private final PrivateFile serverFile;

    @GuardedBy("this")
    private @Nullable KeyChain known;

    @GuardedBy("this")
    private @Nullable Stamp knownStamp;

    /// Tells one state of a file from the next: each is a file of its own.
    private record Stamp(@Nullable Object file, FileTime modified, long size) {}

    /// @param directory need not be there before something is stored
    public Credentials(Path directory) {
        this.keyFile = new PrivateFile(directory.resolve("key.pem"));
        this.certificateFile = new PrivateFile(directory.resolve("certificate.pem"));
        this.serverFile = new PrivateFile(directory.resolve("server"));
    }

    /// Returns whether there is a certificate.
    public boolean joined() {
        return Files.exists(certificateFile.path());
    }

    /// Returns an encoded request for a certificate (PKCS #10). Makes the key if there is none.
    public byte[] signingRequest() {
        if (keyFile.read().isEmpty()) {
            keyFile.create(Pem.text(KeyPairs.generate()));
        }
        return SigningRequest.make(keys());
    }

    /// Stores what an authority has answered.
    ///
    /// @param certificates our own first, the authority's last
    /// @throws SteadingException with `Invalid` if they are not for our key
    public void store(List<X509Certificate> certificates, URI server) {
        var own = new KeyChain(keys().getPrivate(), certificates);
        check(own, keys());
        serverFile.write(server + "\n");
        // Last: it says that all else is there.
        certificateFile.write(Pem.text(certificates));
    }

    /// Forgets the farm: the certificate goes, and the key with it.
    ///
    /// @throws SteadingException with `Unavailable` if the files cannot be removed
    public synchronized void forget() {
        known = null;
        for (var file : List.of(certificateFile, serverFile, keyFile)) {
            file.delete();
        }
    }

    /// Returns the key with its newest certificate.
    ///
    /// @throws SteadingException with `NotFound` if there is none
    @Override
    public synchronized KeyChain get() {
        var stamp = stamp();
        var present = known;
        if (present == null || !stamp.equals(knownStamp)) {
            present = load();
            known = present;
            knownStamp = stamp;
        }
        return present;
    }

    /// Returns who we are.
    ///
    /// @throws SteadingException with `NotFound` if we have not joined
    public Identity identity() {
        return Certificates.identity(get().certificate())
                .orElseThrow(() -> SteadingException.invalid(
                        "`%s` is for nobody of a farm: `%s`",
                        certificateFile.path(), get().certificate().getSubjectX500Principal()));
    }

    /// Returns where the farm is.
    ///
    /// @throws SteadingException with `NotFound` if we have not joined
    public URI server() {
        var text = serverFile.read().orElseThrow(this::notJoined).strip();
        try {
            return URI.create(text);
        } catch (IllegalArgumentException _) {
            throw SteadingException.invalid("`%s` holds `%s`, which is no address", serverFile.path(), text);
        }
    }

    /// Returns whether it is time for the next certificate: two thirds of this one's life are over.
    public boolean expiring(Instant now) {
        return Renewals.isDue(get().certificate(), now);
    }

    private KeyChain load() {
        var text = certificateFile.read().orElseThrow(this::notJoined);
        var keys = keys();
        var loaded = new KeyChain(
                keys.getPrivate(),
                Pem.parse(certificateFile.path().toString(), text).certificates());
        check(loaded, keys);
        return loaded;
    }

    private void check(KeyChain own, KeyPair keys) {
        if (!own.certificate().getPublicKey().equals(keys.getPublic())) {
            throw SteadingException.invalid(
                    "Certificate for `%s` is not for the key in `%s`; join again",
                    own.certificate().getSubjectX500Principal(), keyFile.path());
        }
    }

    private KeyPair keys() {
        return Pem.parse(keyFile.path().toString(), keyFile.read().orElseThrow(this::notJoined))
                .keyPair();
    }

    private Stamp stamp() {
        try {
            var attributes = Files.readAttributes(certificateFile.path(), BasicFileAttributes.class);
            return new Stamp(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
        } catch (IOException _) {
            throw notJoined();
        }
    }

    private SteadingException notJoined() {
        return new SteadingException(new Failure.NotFound(
                "No certificate in `%s`: this machine has not joined a farm".formatted(directory())));
    }

    private Path directory() {
        return certificateFile.directory();
    }
}
