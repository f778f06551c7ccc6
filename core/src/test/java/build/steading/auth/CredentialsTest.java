// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.lifecycle.ManualClock;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
    private static final URI SERVER = URI.create("grpcs://farm.example:7070");
    private static final Identity ANN = new Identity("ann", Role.BUILDER);

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();
    private Authority authority;
    private Credentials credentials;

    @BeforeEach
    void open() {
        authority = Authority.open(directory.resolve("authority"), Terms.STANDARD, clock);
        credentials = new Credentials(directory.resolve("ann"));
    }

    private void renew(Credentials whose) {
        whose.store(authority.sign(ANN, SigningRequest.parse(whose.signingRequest())), SERVER);
    }

    @Test
    void emptyDirectoryHasNotJoined() {
        assertThat(credentials.joined()).isFalse();
        assertThatThrownBy(credentials::get).hasMessageContaining("has not joined a farm");
        assertThatThrownBy(credentials::server).hasMessageContaining("has not joined a farm");
    }

    @Test
    void whatWasStoredIsThereForTheNextProcess() {
        renew(credentials);
        var next = new Credentials(directory.resolve("ann"));

        assertThat(next.joined()).isTrue();
        assertThat(next.identity()).isEqualTo(ANN);
        assertThat(next.server()).isEqualTo(SERVER);
        assertThat(next.get().authority()).isEqualTo(authority.certificate());
    }

    @Test
    void everyFileIsItsOwnersAlone() throws Exception {
        renew(credentials);

        try (var files = Files.list(directory.resolve("ann"))) {
            assertThat(files)
                    .hasSize(3)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("ann"))))
                .isEqualTo("rwx------");
    }

    @Test
    void keyStaysTheSame() {
        var first = SigningRequest.parse(credentials.signingRequest());
        var second = SigningRequest.parse(new Credentials(directory.resolve("ann")).signingRequest());

        assertThat(second.key()).isEqualTo(first.key());
    }

    @Test
    void certificateThatAnotherProcessHasRenewedIsSeen() {
        renew(credentials);
        var before = credentials.get();
        renew(new Credentials(directory.resolve("ann")));

        assertThat(credentials.get().certificate()).isNotEqualTo(before.certificate());
        assertThat(credentials.get()).isSameAs(credentials.get());
    }

    @Test
    void certificateForAnotherKeyIsNotStored() {
        credentials.signingRequest();
        var foreign = SigningRequest.parse(SigningRequest.make(KeyPairs.generate()));

        assertThatThrownBy(() -> credentials.store(authority.sign(ANN, foreign), SERVER))
                .hasMessageContaining("is not for the key");
        assertThat(credentials.joined()).isFalse();
    }

    @Test
    void renewalIsDueAfterTwoThirdsOfTheCertificatesLife() {
        renew(credentials);

        clock.advance(Duration.ofDays(7).multipliedBy(2).dividedBy(3).minusHours(1));
        assertThat(credentials.expiring(clock.instant())).isFalse();
        clock.advance(Duration.ofHours(1));
        assertThat(credentials.expiring(clock.instant())).isTrue();
    }
}
