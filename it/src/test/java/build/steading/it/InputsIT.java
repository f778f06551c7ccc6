// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whatever a command does to its inputs, even as root, neither the store nor another command sees it.
class InputsIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private static final String RUINED = """
        project: ruin
        tasks:
          make:
            run: |
              echo made > made
              chmod +x made
            outputs: [made]
          ruin:
            needs: [make]
            run: |
              chmod -R u+w . || true
              for f in file made; do
                echo bad >> $f || true
                printf bad | dd of=$f conv=notrunc 2>&1 || true
                truncate -s 1 $f || true
                mv $f $f.moved && echo other > $f || true
                ln -f $f.moved hard && echo bad >> hard || true
                chmod 777 $f.moved || true
                touch -d 2001-01-01 $f.moved || true
              done
              rm -rf directory
              echo x > out
            outputs: [out]
          read:
            needs: [make, ruin]
            run: |
              test -x made
              test ! -x file
              cat file made directory/file > seen
            outputs: [seen]
        """;

    @Test
    void ruinedInputsAreTheRuinersOwnInTheSandbox() throws IOException {
        Required.program("bwrap");

        ruin("bubblewrap", Map.of("UNRELATED", ""));
    }

    @Test
    void ruinedInputsAreTheRuinersOwnInPlainDirectories() throws IOException {
        ruin("plain", Map.of("STEADING_SANDBOX", "plain"));
    }

    private void ruin(String sandbox, Map<String, String> environment) throws IOException {
        FARM.stop();
        var repository = FARM.repository(sandbox);
        var text = "text for " + sandbox + "\n";
        repository
                .write("steading.yaml", RUINED)
                .write("file", text)
                .write("directory/file", "below\n")
                .commit("Begin");
        var doctor = FARM.start(repository.directory(), environment, "doctor").await();
        Required.that(doctor.out().matches("(?s).*sandbox +" + sandbox + ".*"), doctor.out());

        for (int i = 0; i < 2; i++) {
            var out = FARM.directory("out");
            var built = FARM.start(repository.directory(), environment, "build", "--force", "--out", out.toString())
                    .await();
            assertThat(built.exitCode()).as(built.all()).isZero();
            assertThat(out.resolve("seen")).hasContent(text + "made\nbelow\n");
        }
        everyBlobIsWhatItsNameSays();
    }

    private static void everyBlobIsWhatItsNameSays() throws IOException {
        try (var blobs = Files.walk(FARM.home().resolve("cas/blobs"))) {
            for (var blob : blobs.filter(Files::isRegularFile).toList()) {
                var digest = Digest.of(Files.readAllBytes(blob));
                assertThat(blob.getFileName().toString())
                        .startsWith("%s-%d".formatted(digest.hash(), digest.sizeBytes()));
            }
        }
        assertThat(FARM.home().resolve("cas/quarantine")).isEmptyDirectory();
    }
}
