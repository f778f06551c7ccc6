// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.cli.door.Launcher.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The launcher in C and a real background process, with one command each: they share the process.
@Timeout(60)
class LauncherTest {
    @TempDir
    static Path directory;

    private static Launcher launcher;
    private static Path steading;

    @BeforeAll
    static void start() throws Exception {
        launcher = new Launcher(directory, directory.resolve("home"));
        steading = launcher.distribution("b1");
        launcher.run(steading, "exit", "0");
    }

    @AfterAll
    static void stop() throws Exception {
        launcher.stop();
    }

    private static Result run(String... arguments) throws IOException, InterruptedException {
        return launcher.run(steading, arguments);
    }

    /// Runs a script of bash that calls the launcher `$S`. The program `script` starts the shell that `SHELL`
    /// names; it has to be bash as well, which outlives the Ctrl-C that its child answered. (dash does not.)
    private static Result script(String script) throws IOException, InterruptedException {
        return launcher.shell("S=$0; export SHELL=$BASH; " + script, steading.toString());
    }

    @Test
    void everyExitCodeIsTheCommands() throws Exception {
        var loop = script("for i in $(seq 0 255); do $S exit $i; [ $? = $i ] || echo $i; done");

        assertThat(loop).isEqualTo(new Result(0, "", ""));
    }

    @Test
    void argumentsArriveAsTheyWereTyped() throws Exception {
        assertThat(run("echo", "", "a b", "ä€😀", "*\n").out()).isEqualTo("|a b|ä€😀|*\n\n");
    }

    @Test
    void environmentDirectoryAndUmaskAreTheCallers() throws Exception {
        assertThat(script("cd / && X='a=b c' $S env X; umask 027; $S where").out())
                .isEqualTo("a=b c\n/ 0027\n");
    }

    @Test
    void hugeEnvironmentArrives() throws Exception {
        var variable = "x".repeat(100_000);
        var command = launcher.command(steading, "env", "V7");
        for (int i = 0; i < 10; i++) {
            command.environment().put("V" + i, variable);
        }

        assertThat(Launcher.finish(command.start()).out()).isEqualTo(variable + "\n");
    }

    @Test
    void processHasNothingOfItsStarters() throws Exception {
        long pid = launcher.process().orElseThrow().pid();
        var open =
                script("for f in /proc/%d/fd/[012]; do readlink $f; done; readlink /proc/%d/cwd".formatted(pid, pid));
        var session = script("ps -o sid= -p " + pid).out().strip();

        assertThat(open.out().lines())
                .containsExactly(
                        "/dev/null", launcher.home() + "/log/process.out", launcher.home() + "/log/process.out", "/");
        assertThat(session).isEqualTo("" + pid);
    }

    @Test
    void outputAndErrorsArriveInTheOrderOfWriting() throws Exception {
        assertThat(script("$S mix 2>&1").out()).startsWith("o0 e0 o1 e1 ").endsWith("o99 e99 ");
        assertThat(run("mix").err()).startsWith("e0 e1 e2 ").doesNotContain("o");
    }

    @Test
    void aHundredMegabytesFlowBothWays() throws Exception {
        assertThat(script("$S flood 100000000 | wc -c").out().strip()).isEqualTo("100000000");
        assertThat(script("head -c 100000000 /dev/zero | $S count").out().strip())
                .isEqualTo("100000000");
    }

    @Test
    void slowReaderHoldsTheCommandBackAndLosesNothing() throws Exception {
        assertThat(script("$S flood 3000000 | (sleep 0.3; wc -c)").out().strip())
                .isEqualTo("3000000");
    }

    @Test
    void inputIsRelayedToItsEnd() throws Exception {
        assertThat(script("printf 'one\\ntwo' | $S cat").out()).isEqualTo("one\ntwo7\n");
        assertThat(script("$S cat </dev/null").out()).isEqualTo("0\n");
        assertThat(script("$S cat <&-").out()).isEqualTo("0\n");
    }

    @Test
    void inputThatTheCommandDoesNotReadIsLeftToTheNext() throws Exception {
        assertThat(script("printf 'a\\nb\\n' | while read x; do $S exit 0; echo $x; done")
                        .out())
                .isEqualTo("a\nb\n");
        assertThat(script("printf '12345678' | ($S read 3; $S read 2; cat)").out())
                .isEqualTo("12345678");
    }

    @Test
    void readerThatGoesEndsTheLauncherAsItEndsAnyProgramAndHangsUp() throws Exception {
        assertThat(script("$S flood 100000000 | head -c 1 | wc -c; echo ${PIPESTATUS[0]}")
                        .out()
                        .lines())
                .containsExactly("1", "141");
    }

    @Test
    void fullDiskIsToldAndIsNoSuccess() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "No /dev/full");

        assertThat(script("$S echo x >/dev/full"))
                .isEqualTo(new Result(4, "", "steading: Cannot write to standard output: No space left on device\n"));
    }

    @Test
    void signalsReachTheCommandAndItsCodeIsTheLaunchers() throws Exception {
        var process = launcher.command(steading, "signals").start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertThat(out.readLine()).isEqualTo("ready");
        for (var signal : new String[] {"INT", "HUP", "INT", "CONT", "TERM"}) {
            launcher.shell("kill -%s %d".formatted(signal, process.pid()));
            assertThat(out.readLine()).isEqualTo(signal);
        }

        assertThat(process.waitFor()).isEqualTo(7);
    }

    @Test
    void interruptEndsACommandThatDoesNotListen() throws Exception {
        var process = launcher.command(steading, "hang").start();
        assertThat(process.getInputStream().read()).isEqualTo('h');
        launcher.shell("kill -INT " + process.pid());

        assertThat(process.waitFor()).isEqualTo(130);
    }

    @Test
    void thirdInterruptEndsTheLauncherWithoutTheCommand() throws Exception {
        var process = launcher.command(steading, "signals").start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        out.readLine();
        for (int i = 0; i < 2; i++) {
            launcher.shell("kill -INT " + process.pid());
            assertThat(out.readLine()).isEqualTo("INT");
        }
        launcher.shell("kill -INT " + process.pid());

        assertThat(process.waitFor()).isEqualTo(130);
    }

    @Test
    void ignoredSignalStaysIgnored() throws Exception {
        var process = launcher.shellProcess("trap '' INT; exec $0 signals", steading.toString());
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertThat(out.readLine()).isEqualTo("ready");
        launcher.shell("kill -INT %d; kill -TERM %d".formatted(process.pid(), process.pid()));

        assertThat(out.readLine()).isEqualTo("TERM");
        assertThat(process.waitFor()).isEqualTo(7);
    }

    @Test
    void vanishedLauncherIsToldToTheCommand() throws Exception {
        var witness = directory.resolve("witness");
        var process = launcher.command(steading, "vanish", witness.toString()).start();
        assertThat(process.getInputStream().read()).isEqualTo('w');
        process.destroyForcibly().waitFor();
        while (!Files.exists(witness) || Files.size(witness) == 0) {
            Thread.onSpinWait();
        }

        assertThat(witness).hasContent("went on");
    }

    @Test
    void versionNeedsNoProcess() throws Exception {
        assertThat(launcher.shell("STEADING_HOME=/nonexistent $0 --version", steading.toString()))
                .isEqualTo(new Result(0, "steading 1.2.3 (b1)\n", ""));
    }

    @Test
    void terminalsAreSeenStreamByStreamWithTheirSize() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "No `script`");
        var seen = script(
                "export S; script -qec 'stty cols 91 rows 33; $S tty; $S tty | cat; $S tty </dev/null' /dev/null");

        assertThat(seen.out().replace("\r", "").lines())
                .containsExactly("true true true 91x33", "true false true 91x33", "false true true 91x33");
    }

    @Test
    void resizedWindowReachesTheCommand() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "No `script`");
        var seen = script("""
            export S
            script -qec 'stty cols 80 rows 24; (sleep 0.5; stty -F /dev/tty cols 99; kill -CONT $$) & exec $S resizes' /dev/null
            """);

        assertThat(seen.out().replace("\r", "").lines())
                .containsExactly("true true true 80x24", "true true true 99x24");
    }

    @Test
    void controlCInATerminalEndsTheCommand() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "No `script`");
        var ended = script("export S; (sleep 0.7; printf '\\003') | script -qec '$S hang; echo code $?' /dev/null");

        assertThat(ended.out()).contains("hanging").contains("code 130");
    }
}
