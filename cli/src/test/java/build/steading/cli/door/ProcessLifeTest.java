// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.cli.door.Launcher.Result;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How background processes begin, are found, are replaced and end; each test has its own home.
@Timeout(60)
class ProcessLifeTest {
    /// While a launcher that is made with this asks for the lock for the first time, `MEANWHILE` is run. If it
    /// ends with 1, the lock counts as taken when it was asked for. Whatever is started is told of.
    private static final String INTERLUDE = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        int __real_fcntl(int fd, int command, ...);
        pid_t __real_fork(void);
        int __wrap_fcntl(int fd, int command, void *argument) {
            char *meanwhile = command == F_SETLK ? getenv("MEANWHILE") : NULL;
            if (meanwhile != NULL) {
                unsetenv("MEANWHILE");
                if (system(meanwhile) != 0) {
                    errno = EAGAIN;
                    return -1;
                }
            }
            return __real_fcntl(fd, command, argument);
        }
        pid_t __wrap_fork(void) {
            dprintf(STDERR_FILENO, "fork\\n");
            return __real_fork();
        }
        """;

    @TempDir
    Path directory;

    private Launcher launcher;
    private Path steading;

    @BeforeEach
    void prepare() throws Exception {
        launcher = new Launcher(directory, directory.resolve("home"));
        steading = launcher.distribution("b1");
    }

    @AfterEach
    void stop() throws Exception {
        launcher.stop();
    }

    private Result run(String... arguments) throws Exception {
        return launcher.run(steading, arguments);
    }

    @Test
    void manyStartersAtOnceGetOneProcessAndAllSucceed() throws Exception {
        var pids = launcher.shell("for i in 1 2 3 4 5 6 7 8 9 10; do $0 pid & done; wait", steading.toString());

        assertThat(pids.err()).isEmpty();
        assertThat(pids.out().lines()).hasSize(10);
        assertThat(pids.out().lines().distinct())
                .containsExactly("" + launcher.process().orElseThrow().pid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"free", "taken"})
    void launcherThatGetsTheLockLateStartsNoSecondProcess(String lock) throws Exception {
        var interlude = Files.writeString(directory.resolve("interlude.c"), INTERLUDE);
        launcher.define("-Wl,--wrap=fcntl,--wrap=fork " + interlude);
        var slow = launcher.distribution("b1");

        var other = "'%s' exit 0 2>'%s' && [ %s = free ]".formatted(slow, directory.resolve("other"), lock);
        var seen = launcher.shell("MEANWHILE=$1 $0 exit 3", slow.toString(), other);

        assertThat(directory.resolve("other")).hasContent("fork");
        assertThat(seen).isEqualTo(new Result(3, "", ""));
    }

    @Test
    void killedProcessIsReplacedByTheNextCommand() throws Exception {
        run("exit", "0");
        launcher.kill();

        assertThat(run("exit", "6")).isEqualTo(new Result(6, "", ""));
    }

    @Test
    void commandOfAKilledProcessIsResumedInANewOne() throws Exception {
        var process = launcher.command(steading, "resume", "x").start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertThat(out.readLine()).isEqualTo("begun");
        launcher.kill();

        assertThat(out.readLine()).isEqualTo("resumed|x");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void commandThatCanBeRepeatedIsRunAgainIfItsProcessIsKilledBeforeItSaysAnything() throws Exception {
        var begun = directory.resolve("begun");
        var process = launcher.command(steading, "try", begun.toString()).start();
        while (!Files.exists(begun)) {
            Thread.onSpinWait();
        }
        launcher.kill();

        var ended = Launcher.finish(process);
        assertThat(ended.exitCode()).as(ended.err()).isZero();
        assertThat(ended.out()).isEqualTo("named\n");
    }

    @Test
    void commandThatCannotBeResumedSaysSo() throws Exception {
        var process = launcher.command(steading, "hang").start();
        assertThat(process.getInputStream().read()).isEqualTo('h');
        launcher.kill();

        var ended = Launcher.finish(process);
        assertThat(ended.exitCode()).isEqualTo(4);
        assertThat(ended.err()).isEqualTo("steading: The background process ended before the command did: try again\n");
    }

    @Test
    void anotherBuildReplacesTheProcessAndItsWorkGoesOn() throws Exception {
        var newer = launcher.distribution("b2");
        var process = launcher.command(steading, "resume", "x").start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertThat(out.readLine()).isEqualTo("begun");
        var old = launcher.process().orElseThrow();

        assertThat(launcher.run(newer, "exit", "5")).isEqualTo(new Result(5, "", ""));
        assertThat(out.readLine()).isEqualTo("resumed|x");
        assertThat(process.waitFor()).isZero();
        Launcher.awaitGone(old);
        assertThat(launcher.home().resolve("run/process.json")).content().contains("\"build\": \"b2\"");
    }

    @Test
    void stopReturnsWhenTheProcessIsGone() throws Exception {
        run("exit", "0");
        var process = launcher.process().orElseThrow();

        assertThat(run("stop")).isEqualTo(new Result(0, "ended\n", ""));
        // Its files are closed: what the kernel still does with it, nobody sees.
        Launcher.awaitGone(process);
        assertThat(launcher.home().resolve("run/door.sock")).doesNotExist();
        assertThat(run("stop")).isEqualTo(new Result(0, "Steading is not running\n", ""));
    }

    @Test
    void terminatedProcessEndsOrderly() throws Exception {
        run("exit", "0");
        var process = launcher.process().orElseThrow();
        process.destroy();
        Launcher.awaitGone(process);

        assertThat(launcher.home().resolve("run/door.sock")).doesNotExist();
        assertThat(launcher.home().resolve("log/steading.log")).content().contains("Ending: TERMINATED", "Ended");
    }

    @Test
    void idleProcessEndsByItself() throws Exception {
        var brief = launcher.distribution("b3", "-Didle.ms=200");
        assertThat(launcher.run(brief, "exit", "0").exitCode()).isZero();
        var process = launcher.process();
        if (process.isPresent()) {
            Launcher.awaitGone(process.get());
        }

        assertThat(launcher.home().resolve("run/door.sock")).doesNotExist();
        assertThat(launcher.run(brief, "exit", "3").exitCode()).isEqualTo(3);
    }

    @Test
    void processThatIsKilledWhileItStartsIsStartedOnceMore() throws Exception {
        var died = launcher.home().resolveSibling("died");
        var dying = launcher.distribution("b5", "-Ddie.once=" + died);

        assertThat(launcher.run(dying, "exit", "5")).isEqualTo(new Result(5, "", ""));
        assertThat(died).exists();
    }

    @Test
    void processThatCannotStartIsReportedWithItsLastWords() throws Exception {
        var failing = launcher.distribution("b4", "-Dfail=true");
        var result = launcher.run(failing, "exit", "0");

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.err()).contains("The background process could not start", "The moon is in the wrong phase");
    }

    @Test
    void homeMayBeLongerThanASocketPath() throws Exception {
        var deep = directory.resolve("d".repeat(120)).resolve("e".repeat(120));
        var far = new Launcher(directory.resolve("far"), deep);
        var binary = far.distribution("b1");

        assertThat(far.run(binary, "exit", "2")).isEqualTo(new Result(2, "", ""));
        assertThat(far.run(binary, "stop").out()).isEqualTo("ended\n");
    }

    @Test
    void homeMayBeRelativeToTheCallersDirectory() throws Exception {
        var script =
                "cd \"$1\" && STEADING_HOME=near $0 exit 4; echo $?; ls -d near/run/door.sock; STEADING_HOME=near $0"
                        + " stop";
        assertThat(launcher.shell(script, steading.toString(), directory.toString())
                        .out())
                .isEqualTo("4\nnear/run/door.sock\nended\n");
    }

    @Test
    void otherUsersAreRefused() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "Not root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "No `setpriv`");
        run("exit", "0");
        var open = PosixFilePermissions.fromString("rwxr-xr-x");
        for (var path = steading; path != null && path.startsWith(directory); path = path.getParent()) {
            Files.setPosixFilePermissions(path, open);
        }
        Files.setPosixFilePermissions(launcher.home(), open);
        var asNobody = "setpriv --reuid=65534 --regid=65534 --clear-groups $0 exit 0";
        var kept = launcher.shell(asNobody, steading.toString());
        Files.setPosixFilePermissions(launcher.home().resolve("run"), open);
        Files.setPosixFilePermissions(
                launcher.home().resolve("run/door.sock"), PosixFilePermissions.fromString("rwxrwxrwx"));
        var let = launcher.shell(asNobody, steading.toString());

        assertThat(kept.exitCode()).isEqualTo(4);
        assertThat(let)
                .isEqualTo(new Result(
                        6, "", "steading: Steading in `%s` belongs to another user\n".formatted(launcher.home())));
    }

    @Test
    void launcherInJavaDoesTheSame() throws Exception {
        var java = "%s -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' -Dsteading.dist=%s -Dsteading.tty=000 %s"
                .formatted(
                        Launcher.java(),
                        System.getProperty("java.class.path"),
                        steading.getParent(),
                        JavaLauncher.class.getName());
        var seen = launcher.shell(
                "J=\"" + java + "\"; $J exit 77; echo $?; echo abc | $J cat; $J --version; $J stop; $J stop");

        assertThat(seen)
                .isEqualTo(new Result(0, "77\nabc\n4\nsteading 1.2.3 (b1)\nended\nSteading is not running\n", ""));
    }
}
