// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.cli.door.Launcher.Result;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes that somebody starts for their own sake: the roles `server` and `worker`.
@Timeout(60)
class LastingProcessTest {
    @TempDir
    Path directory;

    private final List<Process> roles = new ArrayList<>();
    private Launcher launcher;
    private Path steading;

    @BeforeEach
    void prepare() throws Exception {
        launcher = new Launcher(directory, directory.resolve("home"));
        steading = launcher.distribution("b1");
    }

    @AfterEach
    void stop() throws Exception {
        for (var role : roles) {
            role.destroyForcibly().waitFor();
        }
        launcher.stop();
    }

    /// Starts a role and waits until it serves.
    private Process serve() throws Exception {
        var process = launcher.command(steading, "server", "a b").start();
        roles.add(process);
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertThat(out.readLine()).isEqualTo("lasts with server|a b");
        // It says so before it opens the door.
        while (process.isAlive()
                && launcher.process().filter(its -> its.pid() == process.pid()).isEmpty()) {
            Thread.onSpinWait();
        }
        while (process.isAlive() && !Files.exists(launcher.home().resolve("run/door.sock"))) {
            Thread.onSpinWait();
        }
        return process;
    }

    @Test
    void launcherBecomesTheProcessItselfWithAllArguments() throws Exception {
        var process = serve();

        assertThat(launcher.run(steading, "pid").out().strip()).isEqualTo("" + process.pid());
    }

    @Test
    void processThatCameWithACommandGivesWayAndItsWorkGoesOn() throws Exception {
        var command = launcher.command(steading, "resume", "x").start();
        var out = new BufferedReader(new InputStreamReader(command.getInputStream(), UTF_8));
        assertThat(out.readLine()).isEqualTo("begun");
        var before = launcher.process().orElseThrow();

        var process = serve();

        Launcher.awaitGone(before);
        assertThat(out.readLine()).isEqualTo("resumed|x");
        assertThat(command.waitFor()).isZero();
        assertThat(launcher.run(steading, "pid").out().strip()).isEqualTo("" + process.pid());
    }

    @Test
    void commandsOfOtherBuildsAreServedAndReplaceNothing() throws Exception {
        var newer = launcher.distribution("b2");
        var process = serve();

        assertThat(launcher.run(newer, "pid").out().strip()).isEqualTo("" + process.pid());
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void secondOneIsRefusedAndTheFirstUndisturbed() throws Exception {
        var process = serve();

        assertThat(launcher.run(steading, "server", "again"))
                .isEqualTo(new Result(
                        4,
                        "A server runs in `%s` already; set `STEADING_HOME` to run another one\n"
                                .formatted(launcher.home()),
                        ""));
        assertThat(launcher.run(steading, "pid").out().strip()).isEqualTo("" + process.pid());
    }

    @Test
    void signalsEndItOrderly() throws Exception {
        var process = serve();
        process.destroy();

        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(launcher.home().resolve("run/door.sock")).doesNotExist();
    }
}
