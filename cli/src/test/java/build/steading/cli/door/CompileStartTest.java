// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.cli.door.Launcher.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Compiles and real background processes: how compiles start one, and end with one. The compiler is `echo`.
@Timeout(60)
class CompileStartTest {
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

    private Result script(String script) throws IOException, InterruptedException {
        return launcher.shell("S=$0; cd $1; " + script, steading.toString(), directory.toString());
    }

    private Path socket() {
        return launcher.home().resolve("run/door.sock");
    }

    /// Has each start of the process noted in the file `starts`, and held up until somebody writes to `gate`.
    private void watchStarts() throws IOException, InterruptedException {
        var java = directory.resolve("java");
        Files.writeString(java, """
            #!/bin/bash
            echo started >>'%1$s/starts'
            read -r _ <'%1$s/gate'
            exec '%2$s' "$@"
            """.formatted(directory, Launcher.java()));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        script("mkfifo gate");
        var launch = steading.resolveSibling("steading.launch");
        var lines = Files.readAllLines(launch);
        lines.set(2, java.toString());
        Files.write(launch, lines);
    }

    private void openGate() throws IOException, InterruptedException {
        script("echo go >gate");
        awaitProcess();
    }

    private void awaitProcess() {
        while (!Files.exists(socket())) {
            Thread.onSpinWait();
        }
    }

    @Test
    void manyCompilesStartOneProcessAndWaitForNothing() throws Exception {
        watchStarts();
        var compiles = script("for i in {1..100}; do $S cc echo -c $i & done; wait");

        assertThat(compiles.err()).isEmpty();
        assertThat(compiles.out().lines()).hasSize(100).allMatch(line -> line.startsWith("-c "));
        assertThat(socket()).doesNotExist();
        openGate();
        assertThat(script("$S cc echo -c 3")).isEqualTo(new Result(3, "code\n", "warning\n"));
        assertThat(directory.resolve("starts")).hasContent("started");
    }

    @Test
    void starterLeavesTheCompilerWithoutAChild() throws Exception {
        watchStarts();
        var look = "bash -c 'read -r c </proc/$$/task/$$/children; echo \"[$c]\"; set -- /proc/$$/fd/*; echo $#' 0 -c";
        var seen = script("$S cc " + look);
        openGate();

        assertThat(seen).isEqualTo(script(look));
        assertThat(seen.out()).startsWith("[]\n");
    }

    @Test
    void filesAreWrittenByTheProcessThatTheLauncherWaitsFor() throws Exception {
        launcher.run(steading, "exit", "0");

        assertThat(script("$S cc echo -c $PWD/made; code=$?; cat made; exit $code"))
                .isEqualTo(new Result(7, "code\nmade\n", "warning\n"));
    }

    @Test
    void strictCompileSaysThatNobodyAnswers() throws Exception {
        assertThat(script("STEADING_CC=strict $S cc echo -c 3"))
                .isEqualTo(new Result(4, "", "steading: The background process does not answer\n"));
        awaitProcess();
        assertThat(script("STEADING_CC=strict $S cc echo -c 3").exitCode()).isEqualTo(3);
    }

    @Test
    void compileOfAKilledProcessIsCompiledHere() throws Exception {
        launcher.run(steading, "exit", "0");
        var compile = launcher.command(steading, "cc", "echo", "-c", "hang").start();
        awaitCompile();
        launcher.kill();

        assertThat(Launcher.finish(compile)).isEqualTo(new Result(0, "-c hang\n", ""));
    }

    @Test
    void stopHandsCompilesBackAndWaitsForNone() throws Exception {
        launcher.run(steading, "exit", "0");
        var compile = launcher.command(steading, "cc", "echo", "-c", "hang").start();
        awaitCompile();

        assertThat(launcher.run(steading, "stop")).isEqualTo(new Result(0, "ended\n", ""));
        assertThat(Launcher.finish(compile)).isEqualTo(new Result(0, "-c hang\n", ""));
    }

    /// Waits until the process compiles.
    private void awaitCompile() throws IOException, InterruptedException {
        while (!launcher.run(steading, "compiles").out().equals("1\n")) {
            Thread.onSpinWait();
        }
    }

    @Test
    void stoppedProcessHoldsNoCompileUp() throws Exception {
        launcher.run(steading, "exit", "0");
        var process = launcher.process().orElseThrow();
        script("kill -STOP " + process.pid());
        var compiled = script("a=$(printf '%0100000d' 0); $S cc echo -c " + "$a ".repeat(10));
        script("kill -CONT " + process.pid());

        assertThat(compiled.out()).hasSize(3 + 10 * 100_001);
    }

    private List<String> launcherInJava() {
        return List.of(
                Launcher.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dsteading.dist=" + steading.getParent(),
                "-cp",
                System.getProperty("java.class.path"),
                JavaLauncher.class.getName());
    }

    @Test
    void launcherInJavaCompilesAsWell() throws Exception {
        launcher.run(steading, "exit", "0");
        Files.createDirectory(directory.resolve("masquerade"));
        Files.createSymbolicLink(directory.resolve("masquerade/echo"), steading);
        var script = """
            j() { %s "$@"; echo code $?; }
            PATH=masquerade:$PATH
            j cc echo -c 3
            j cc echo -c back
            j cc echo -c $PWD/made 2>$PWD/warned
            cat made warned
            j cc echo -c bug
            STEADING_CC=strict j cc echo -c invalid 2>&1
            j cc echo a.o
            j cc nope-cc -c 2>&1
            echo input | j cc cat -
            export STEADING_HOME=$PWD/other
            j cc echo -c 4
            until [ -S other/run/door.sock ]; do sleep 0.1; done
            $S stop
            """.formatted("'" + String.join("' '", launcherInJava()) + "'");

        assertThat(script(script)).isEqualTo(new Result(0, """
            code
            code 3
            -c back
            code 0
            code
            code 7
            made
            warning
            -c bug
            code 0
            steading: The farm did not compile this: Not like this
            code 4
            a.o
            code 0
            steading: nope-cc: not found
            code 127
            input
            code 0
            -c 4
            code 0
            ended
            """, "warning\n"));
    }
}
