// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.lifecycle.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
    private static final Identity BOX = new Identity("box.example@1", Role.WORKER);

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();

    private Authority open() {
        return Authority.open(directory.resolve("farm/authority"), Terms.STANDARD, clock);
    }

    private static SigningRequest request() {
        return SigningRequest.parse(SigningRequest.make(KeyPairs.generate()));
    }

    @Test
    void madeOnceAndThenOpened() {
        var first = open();
        var second = open();

        assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
        assertThat(second.certificate()).isEqualTo(first.certificate());
    }

    @Test
    void keyIsItsOwnersAlone() throws Exception {
        open();
        var file = directory.resolve("farm/authority/authority.key");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void keyThatOthersCanReadIsRefusedWithTheCure() throws Exception {
        open();
        var file = directory.resolve("farm/authority/authority.key");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(this::open).hasMessageContaining("`rw-r-----`").hasMessageContaining("chmod 600");
    }

    @Test
    void damagedKeyIsNotReplaced() throws Exception {
        open();
        var file = directory.resolve("farm/authority/authority.key");
        Files.writeString(file, Files.readString(file).substring(0, 60));

        assertThatThrownBy(this::open).hasMessageContaining("authority.key").hasMessageContaining("damaged");
    }

    @Test
    void keyAndCertificateThatDoNotMatchAreRefused() throws Exception {
        open();
        var other = Authority.open(directory.resolve("other"), Terms.STANDARD, clock);
        var file = directory.resolve("farm/authority/authority.key");
        var key = Pem.parse("", Files.readString(file)).privateKey();
        Files.writeString(file, Pem.text(key, List.of(other.certificate())));

        assertThatThrownBy(this::open).hasMessageContaining("do not match");
    }

    @Test
    void memberCertificateSaysWhoAndForHowLong() throws Exception {
        var authority = open();
        var certificate = authority.sign(BOX, request()).getFirst();

        certificate.verify(authority.certificate().getPublicKey());
        assertThat(Certificates.identity(certificate)).contains(BOX);
        assertThat(certificate.getNotAfter().toInstant())
                .isEqualTo(clock.instant().plus(Terms.STANDARD.member()));
        assertThat(certificate.getNotBefore().toInstant())
                .isEqualTo(clock.instant().minus(Duration.ofHours(1)));
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    }

    @Test
    void serialsDiffer() {
        var authority = open();
        var request = request();
        var serials = new HashSet<>();
        for (var i = 0; i < 20; i++) {
            serials.add(authority.sign(BOX, request).getFirst().getSerialNumber());
        }

        assertThat(serials).hasSize(20);
    }

    @Test
    void serverKeyIsMadeAnewAfterTwoThirdsOfItsLife() throws Exception {
        var key = open().serverKey(Set.of("farm.example", "127.0.0.1", "::1"));
        var first = key.get();

        clock.advance(Duration.ofDays(19));
        assertThat(key.get()).isSameAs(first);
        clock.advance(Duration.ofDays(2));
        assertThat(key.get()).isNotEqualTo(first);
        assertThat(key.get().certificate().getSubjectAlternativeNames())
                .extracting(name -> String.valueOf(name.get(1)))
                .containsExactlyInAnyOrder("farm.example", "127.0.0.1", "0:0:0:0:0:0:0:1");
    }

    @Test
    void serverKeyIsMadeAnewWhenTheClockHasGoneBack() {
        clock.advance(Duration.ofDays(40));
        var key = open().serverKey(Set.of("farm.example"));
        var early = key.get();

        clock.advance(Duration.ofDays(-40));

        assertThat(key.get().certificate()).isNotEqualTo(early.certificate());
        assertThat(key.get().certificate().getNotBefore().toInstant()).isBefore(clock.instant());
    }

    @Test
    void requestThatItsKeyHasNotSignedIsRefused() {
        var encoded = SigningRequest.make(KeyPairs.generate());
        encoded[encoded.length - 10] ^= 1;

        assertThatThrownBy(() -> SigningRequest.parse(encoded)).hasMessageContaining("Signing request");
        assertThatThrownBy(() -> SigningRequest.parse(new byte[] {1, 2})).hasMessageContaining("malformed");
    }

    @Test
    void requestForAnotherKindOfKeyIsRefused() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(384);
        var encoded = SigningRequest.make(generator.generateKeyPair());

        assertThatThrownBy(() -> SigningRequest.parse(encoded)).hasMessageContaining("P-256");
    }
}
