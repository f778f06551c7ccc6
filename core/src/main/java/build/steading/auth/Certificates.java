// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Date;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Writes certificates, and reads from them whose they are.
final class Certificates {
    /// The clocks of the machines of a farm may be apart by this, for certificates that last long enough.
    private static final Duration SKEW = Duration.ofHours(1);

    private static final int SKEW_SHARE = 10;
    private static final int SERIAL_BITS = 127;
    private static final int NAME_DIGITS = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final X500Name issuer;
    private final PublicKey issuerKey;
    private final PrivateKey signingKey;

    private Certificates(X500Name issuer, PublicKey issuerKey, PrivateKey signingKey) {
        this.issuer = issuer;
        this.issuerKey = issuerKey;
        this.signingKey = signingKey;
    }

    /// Writes in the name of an authority.
    static Certificates by(X509Certificate authority, PrivateKey key) {
        var name = X500Name.getInstance(authority.getSubjectX500Principal().getEncoded());
        return new Certificates(name, authority.getPublicKey(), key);
    }

    /// Returns the certificate by which a new authority vouches for itself.
    static X509Certificate authority(PublicKey key, PrivateKey signingKey, Instant now, Duration life) {
        var digits = Fingerprint.of(key).hex().substring(0, NAME_DIGITS);
        var name = new X500Name("CN=Steading authority " + digits);
        return new Certificates(name, key, signingKey).write(key, name, now, life, builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        });
    }

    X509Certificate member(Identity identity, PublicKey key, Instant now, Duration life) {
        var name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.OU, identity.role().text())
                .addRDN(BCStyle.CN, identity.name())
                .build();
        return write(key, name, now, life, builder -> addPurpose(builder, KeyPurposeId.id_kp_clientAuth));
    }

    /// @param names host names and addresses
    X509Certificate server(Collection<String> names, PublicKey key, Instant now, Duration life) {
        var alternatives = names.stream().map(Certificates::alternative).toArray(GeneralName[]::new);
        return write(key, new X500Name("CN=Steading server"), now, life, builder -> {
            addPurpose(builder, KeyPurposeId.id_kp_serverAuth);
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
        });
    }

    /// Returns whom a certificate of ours was made for; empty if it was made for nobody.
    static Optional<Identity> identity(X509Certificate certificate) {
        var subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        var role = only(subject, BCStyle.OU).flatMap(Role::parse);
        var name = only(subject, BCStyle.CN).filter(Identity::isName);
        return role.isPresent() && name.isPresent()
                ? Optional.of(new Identity(name.get(), role.get()))
                : Optional.empty();
    }

    private static Optional<String> only(X500Name name, ASN1ObjectIdentifier type) {
        var found = name.getRDNs(type);
        return found.length == 1 && found[0].getFirst().getValue() instanceof ASN1String text
                ? Optional.of(text.getString())
                : Optional.empty();
    }

    /// Adds to a certificate what is not in every one.
    @FunctionalInterface
    private interface Additions {
        void addTo(X509v3CertificateBuilder builder) throws IOException;
    }

    private X509Certificate write(PublicKey key, X500Name name, Instant now, Duration life, Additions additions) {
        var skew = Stream.of(SKEW, life.dividedBy(SKEW_SHARE))
                .min(Duration::compareTo)
                .orElseThrow();
        var from = now.minus(skew).truncatedTo(ChronoUnit.SECONDS);
        var serial = new BigInteger(SERIAL_BITS, RANDOM).add(BigInteger.ONE);
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    issuer, serial, Date.from(from), Date.from(now.plus(life)), name, key);
            var identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(issuerKey));
            additions.addTo(builder);
            var signer = new JcaContentSignerBuilder(KeyPairs.SIGNATURE).build(signingKey);
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void addPurpose(X509v3CertificateBuilder builder, KeyPurposeId purpose) throws IOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }

    private static GeneralName alternative(String name) {
        return new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static boolean isAddress(String name) {
        try {
            return !InetAddress.ofLiteral(name).isAnyLocalAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
