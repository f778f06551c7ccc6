// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import build.steading.digest.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Bad disks, full disks, and everybody coming at once.
class StoreIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private Repository repository;

    @BeforeEach
    void begin() throws IOException {
        repository = FARM.repository("store");
        repository.write("steading.yaml", """
            project: store
            tasks:
              first: {run: "cat file file > first", outputs: [first]}
              second: {run: "cat first first > second", needs: [first], inputs: [], outputs: [second]}
            artifacts: [first, second]
            """);
        repository.write("file", repository.directory() + "\n").commit("Begin");
    }

    private static Path blob(String hash) throws IOException {
        try (var files =
                Files.newDirectoryStream(FARM.home().resolve("cas/blobs").resolve(hash.substring(0, 2)), hash + "*")) {
            return files.iterator().next();
        }
    }

    /// Changes one bit, and neither size nor time.
    private static void flip(Path file) throws IOException {
        var time = Files.getLastModifiedTime(file);
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);
    }

    @Test
    void flippedBitIsFoundAndTheRightBytesAreDelivered() throws IOException {
        var line = repository.directory() + "\n";
        var built = FARM.build(repository, "--out", FARM.directory("out").toString());
        for (int artifact = 0; artifact < 2; artifact++) {
            for (var restart : new boolean[] {false, true}) {
                flip(blob(built.at("/artifacts/%d/sha256".formatted(artifact)).asText()));
                if (restart) {
                    FARM.stop();
                }
                var out = FARM.directory("out");

                FARM.ok(repository, "build", "--out", out.toString());

                assertThat(out.resolve("first")).hasContent(line.repeat(2));
                assertThat(out.resolve("second")).hasContent(line.repeat(4));
            }
        }
    }

    @Test
    void flippedSourceIsReadFromTheRepositoryAgain() throws IOException {
        var text = "source of " + repository.directory();
        repository.write("file", text).commit("Next");
        FARM.ok(repository, "build");
        FARM.stop();
        flip(blob(Digest.of(text.getBytes(StandardCharsets.UTF_8)).hash()));
        var out = FARM.directory("out");

        FARM.ok(repository, "build", "--force", "--out", out.toString());

        assertThat(out.resolve("first")).hasContent(text.repeat(2));
    }

    @Test
    void everythingButTheRecordsMayBeDeleted() throws IOException {
        var build = FARM.build(repository).get("build").asText();
        FARM.stop();
        var deleted = Program.run(FARM.home(), Map.of(), List.of("rm", "-r", "cas", "ac", "git", "work", "live"));
        assertThat(deleted.exitCode()).as(deleted.all()).isZero();
        var out = FARM.directory("out");

        assertThat(FARM.show(build).get("state").asText()).isEqualTo("succeeded");
        FARM.ok(repository, "build", "--out", out.toString());

        assertThat(out.resolve("first")).isNotEmptyFile();
    }

    @Test
    void tenCommandsAtOnceStartOneProcess() throws IOException {
        FARM.stop();
        var builds = new ArrayList<Program>();
        for (int i = 0; i < 10; i++) {
            builds.add(FARM.start(
                    repository.directory(),
                    "build",
                    "--json",
                    "--out",
                    FARM.directory("out").toString()));
        }

        for (var build : builds) {
            var ended = build.await();
            assertThat(ended.exitCode()).as(ended.all()).isZero();
        }
        assertThat(Farm.processes(FARM.home() + "\0"))
                .filteredOn(line -> line.contains("SteadingProcess"))
                .hasSize(1);
    }

    @Test
    void fullDiskFailsTheBuildAndNothingElse() throws IOException {
        Required.root();
        var small = FARM.directory("small");
        var mounted = shell("mount -t tmpfs -o size=24m none '%s'".formatted(small));
        Required.that(mounted.exitCode() == 0, "No small file system: " + mounted.err());
        var home = Map.of("STEADING_HOME", small.resolve("home").toString());
        try {
            repository.write("steading.yaml", """
                project: large
                tasks:
                  t: {run: head -c 64000000 /dev/urandom > made, outputs: [made]}
                  small: {run: echo x > small, outputs: [small]}
                """).commit("Next");
            var out = FARM.directory("out");

            var full = FARM.start(repository.directory(), home, "build", "t", "--out", out.toString())
                    .await();
            assertThat(full.exitCode()).as(full.all()).isIn(1, 4);
            assertThat(full.all()).containsIgnoringCase("no space");
            assertThat(out.resolve("made")).doesNotExist();

            var fine = FARM.start(repository.directory(), home, "build", "small", "--out", out.toString())
                    .await();
            assertThat(fine.exitCode()).as(fine.all()).isZero();
            assertThat(out.resolve("small")).hasContent("x");
        } finally {
            FARM.start(repository.directory(), home, "stop").await();
            await().atMost(Program.PATIENCE)
                    .until(() -> shell("umount '%s'".formatted(small)).exitCode() == 0);
        }
    }

    private static Program.Result shell(String script) {
        return Program.run(Path.of("/"), Map.of(), List.of("/bin/sh", "-c", script));
    }
}
