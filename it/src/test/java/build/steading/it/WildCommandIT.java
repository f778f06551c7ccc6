// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Commands that do what commands should not do harm nobody but their own build.
class WildCommandIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private Repository repository;
    private Path marker;

    @BeforeEach
    void begin() throws IOException {
        repository = FARM.repository("wild");
        marker = repository.path("marker");
    }

    /// Commits a project with one task.
    private void task(String command, String fields) throws IOException {
        var indented = command.indent(6);
        repository
                .write("steading.yaml", "project: wild\ntasks:\n  t:\n    run: |\n" + indented + fields.indent(4))
                .commit("Begin");
    }

    private void awaitNothingLeft() {
        await("end of all that the command began")
                .atMost(Duration.ofSeconds(20))
                .until(() -> Farm.processes(marker.toString()).isEmpty());
    }

    @Test
    void floodOfOutputIsCutAndSaysSo() throws IOException {
        task(
                "yes 0123456789012345678901234567890123456789012345678901234567890123456789 | head -c 200000000; echo"
                        + " the end",
                "");

        var result = FARM.run(repository, "build", "--quiet");
        assertThat(result.exitCode()).as(result.all()).isZero();
        var build = FARM.json(repository, "builds", "--json").at("/0/build").asText();
        var log = FARM.ok(repository, "log", build);

        assertThat(log.out()).endsWith("the end\n");
        assertThat(log.out().length()).isLessThan(70_000_000);
        assertThat(log.err()).contains("MiB omitted: the log limit is 64.0 MiB");
        assertThat(memoryMiB()).isLessThan(900);
    }

    /// Returns the most memory that the background process ever had.
    private static long memoryMiB() throws IOException {
        var status = Files.readString(
                Path.of("/proc/%d/status".formatted(FARM.process().orElseThrow().pid())));
        return Long.parseLong(status.replaceFirst("(?s).*VmHWM:\\s+(\\d+) kB.*", "$1")) / 1024;
    }

    @Test
    void daemonsEndWithTheirCommand() throws IOException {
        task("""
            setsid sh -c 'trap "" TERM HUP; sleep 300; : %s' </dev/null >/dev/null 2>&1 &
            (setsid sh -c 'sleep 300; : %s' &)
            sleep 0.2
            echo x > made
            """.formatted(marker, marker), "outputs: [made]");

        FARM.ok(repository, "build");

        awaitNothingLeft();
    }

    @Test
    void manyProcessesEndWithTheirCommand() throws IOException {
        task("for i in $(seq 200); do sh -c 'sleep 300; : %s' & done\nexit 3".formatted(marker), "");

        assertThat(FARM.run(repository, "build").exitCode()).isEqualTo(1);

        awaitNothingLeft();
    }

    @Test
    void commandThatIgnoresTermEndsAfterItsTimeout() throws IOException {
        task("trap '' TERM INT HUP\nwhile true; do sleep 1; done; : %s".formatted(marker), "timeout: 1s");

        var result = FARM.run(repository, "build");

        assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
        assertThat(result.out()).contains("timed out", "Killed after its timeout of 1.0 s");
        awaitNothingLeft();
    }

    @Test
    void commandThatIgnoresTermEndsWhenCancelled() throws IOException {
        task("trap '' TERM INT HUP\necho ready\nwhile true; do sleep 1; done; : %s".formatted(marker), "");
        var build = FARM.detached(repository);
        FARM.awaitPrinted(build, "ready");

        FARM.ok(repository, "cancel", build);

        awaitNothingLeft();
        await().atMost(Program.PATIENCE)
                .until(() -> FARM.show(build).get("state").asText().equals("cancelled"));
    }

    @Test
    void commandKilledByASignalIsSaidToBe() throws IOException {
        task("kill -SEGV $$", "");

        var result = FARM.run(repository, "build");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("killed by signal 11");
    }

    @Test
    void networkIsOutOfReachUnlessAskedFor() throws IOException {
        Required.program("bwrap");
        task(
                "ls /sys/class/net >/dev/null; cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' ' > made",
                "outputs: [made]");

        FARM.ok(repository, "build");

        assertThat(repository.path("build/steading/main/made")).hasContent("lo");
    }

    @Test
    void stateOfSteadingCannotBeSeen() throws IOException {
        Required.program("bwrap");
        // The directory is empty there, or not there at all.
        task("ls -A '%s' > made || true".formatted(FARM.home()), "outputs: [made]");

        FARM.ok(repository, "build");

        assertThat(repository.path("build/steading/main/made")).hasContent("");
    }
}
