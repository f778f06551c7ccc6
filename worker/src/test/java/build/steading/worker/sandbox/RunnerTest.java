// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.failure.Failure;
import build.steading.worker.TestSandboxes;
import build.steading.worker.sandbox.RunEnd.Cut;
import build.steading.worker.sandbox.RunEnd.Ran;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the runner owes in either sandbox, whatever the command does; in bubblewrap also if that stands ready.
class RunnerTest {
    private static final AtomicLong MARKERS =
            new AtomicLong(ProcessHandle.current().pid() * 1000);

    @TempDir
    Path directory;

    /// An argument of `sleep` by which processes of one test are known.
    private final String marker = "9" + MARKERS.incrementAndGet();

    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();

    private Runner runner;

    private final class Kept implements Run.Printed {
        @Override
        public void accept(int source, long micros, byte[] bytes, int length) {
            (source == 1 ? stdout : stderr).write(bytes, 0, length);
        }

        @Override
        public void pause() {}
    }

    private RunSpec spec(String kind, String script) throws IOException {
        var worker = TestSandboxes.directory(directory);
        var sandbox = kind.equals("plain") ? TestSandboxes.plain(worker) : TestSandboxes.bubblewrap(worker);
        var layer = Files.createDirectories(worker.resolve("layers").resolve("1"));
        var attempt = Files.createDirectories(worker.resolve("attempts")).resolve("1");
        Place.create(attempt, !kind.equals("plain"));
        if (kind.equals("ready")) {
            runner().makeReady(((Sandbox.Bubblewrap) sandbox).outline(attempt));
        }
        var place = new Place(attempt, kind.equals("plain") ? List.of() : List.of(layer));
        var spec = new RunSpec(place, sandbox.root(place))
                .command(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"));
        sandbox.confine(spec, place, Sandbox.Grants.NOTHING);
        return spec;
    }

    private RunEnd run(RunSpec spec) {
        try (var run = runner().start(spec)) {
            return run.await(new Kept());
        }
    }

    private Runner runner() {
        if (runner == null) {
            runner = Runner.prepare(directory.resolve("worker").resolve("bin"));
        }
        return runner;
    }

    @AfterEach
    void endRunner() {
        runner().close();
    }

    private Ran ran(RunSpec spec) {
        return (Ran) run(spec);
    }

    /// Returns the processes that have the marker among their arguments.
    private long marked() throws IOException {
        var count = 0;
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                try {
                    var arguments = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
                    count += List.of(arguments.split("\0", -1)).contains(marker) ? 1 : 0;
                } catch (IOException _) {
                    // It has just ended.
                }
            }
        }
        return count;
    }

    private String out() {
        return stdout.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void backgroundChildDoesNotKeepTheRunOpen(String kind) throws Exception {
        var end = ran(spec(kind, "sleep %s & setsid sleep %s & echo said".formatted(marker, marker))
                .timeout(Duration.ofSeconds(60), Duration.ZERO));

        assertThat(end.exitCode()).isZero();
        assertThat(Duration.between(end.start(), end.end())).isLessThan(Duration.ofSeconds(20));
        assertThat(out()).isEqualTo("said\n");
        assertThat(marked()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void timeoutEndsGrandchildrenToo(String kind) throws Exception {
        var end = ran(spec(
                        kind,
                        "echo begun; (sleep %s; :) & setsid sh -c 'sleep %s; :' & sleep %s"
                                .formatted(marker, marker, marker))
                .timeout(Duration.ofMillis(300), Duration.ofSeconds(30)));

        assertThat(end.cut()).contains(Cut.TIMEOUT);
        assertThat(end.exitCode()).isEqualTo(128 + 15);
        assertThat(Duration.between(end.start(), end.end())).isBetween(Duration.ofMillis(290), Duration.ofSeconds(20));
        assertThat(out()).isEqualTo("begun\n");
        assertThat(marked()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void whoIgnoresTheRequestToEndIsKilled(String kind) throws Exception {
        var end = ran(spec(kind, "trap '' TERM; while :; do sleep %s; done".formatted(marker))
                .timeout(Duration.ofMillis(100), Duration.ofMillis(200)));

        assertThat(end.cut()).contains(Cut.TIMEOUT);
        assertThat(end.exitCode()).isEqualTo(128 + 9);
        assertThat(marked()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void commandMayTidyUpWhenItsTimeIsOver(String kind) throws Exception {
        var end = ran(spec(kind, "trap 'echo tidy; exit 3' TERM; while :; do sleep 0.01; done")
                .timeout(Duration.ofMillis(300), Duration.ofSeconds(30)));

        assertThat(end.cut()).contains(Cut.TIMEOUT);
        assertThat(end.exitCode()).isEqualTo(3);
        assertThat(out()).isEqualTo("tidy\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void forkBombIsContained(String kind) throws Exception {
        var end = ran(spec(kind, "b() { b | b & }; b; sleep %s".formatted(marker))
                .limits(0, 300, 0)
                .timeout(Duration.ofSeconds(20), Duration.ZERO));

        assertThat(end.cut()).contains(Cut.TASKS);
        assertThat(end.exitCode()).isEqualTo(137);
        assertThat(marked()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void tooMuchMemoryIsNoticed(String kind) throws Exception {
        var end = ran(spec(kind, "perl -e '$x = \"a\" x 200_000_000; sleep %s'".formatted(marker))
                .limits(100_000_000, 0, 0)
                .timeout(Duration.ofSeconds(20), Duration.ZERO));

        assertThat(end.cut()).contains(Cut.MEMORY);
        assertThat(end.peakBytes()).isGreaterThan(100_000_000);
        assertThat(marked()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void noFileGrowsBeyondTheLimit(String kind) throws Exception {
        var end = ran(
                spec(kind, "head -c 3000000 /dev/zero > big; stat -c %s big").limits(0, 0, 1_000_000));

        assertThat(end.exitCode()).isZero();
        assertThat(out()).isEqualTo("1000000\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void cancelledRunLeavesNoProcess(String kind) throws Exception {
        RunEnd end;
        try (var run = start(spec(kind, "echo begun; setsid sleep %s & sleep %s".formatted(marker, marker)))) {
            end = run.await(new Run.Printed() {
                @Override
                public void accept(int source, long micros, byte[] bytes, int length) {
                    run.cancel();
                }

                @Override
                public void pause() {}
            });
        }

        assertThat(((Ran) end).cut()).contains(Cut.CANCELLED);
        assertThat(marked()).isZero();
    }

    private Run start(RunSpec spec) {
        return runner().start(spec.timeout(Duration.ofSeconds(60), Duration.ofSeconds(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void abandonedRunLeavesNoProcess(String kind) throws Exception {
        try (var run =
                start(spec(kind, "trap '' TERM; echo begun; setsid sleep %s & sleep %s".formatted(marker, marker)))) {
            awaitOutput(run);
        }

        assertThat(marked()).isZero();
    }

    /// Like [Run#await], but gives up at the first output.
    private static void awaitOutput(Run run) {
        try {
            run.await(new Run.Printed() {
                @Override
                public void accept(int source, long micros, byte[] bytes, int length) {
                    throw new IllegalStateException("seen");
                }

                @Override
                public void pause() {}
            });
        } catch (IllegalStateException _) {
            // That is what was waited for.
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void floodOfOutputArrivesWhole(String kind) throws Exception {
        var bytes = new AtomicLong();
        try (var run = start(spec(kind, "head -c 300000000 /dev/zero"))) {
            run.await(new Run.Printed() {
                @Override
                public void accept(int source, long micros, byte[] buffer, int length) {
                    bytes.addAndGet(length);
                }

                @Override
                public void pause() {}
            });
        }

        assertThat(bytes).hasValue(300_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void outputAndErrorsAreKeptApart(String kind) throws Exception {
        ran(spec(kind, "echo out; echo err >&2"));

        assertThat(out()).isEqualTo("out\n");
        assertThat(stderr.toString(StandardCharsets.UTF_8)).isEqualTo("err\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void commandInheritsNothing(String kind) throws Exception {
        ran(spec(kind, "ls /proc/self/fd | wc -l; umask; grep -E 'Sig(Blk|Ign)' /proc/self/status; ulimit -c"));

        assertThat(out()).isEqualTo("4\n0022\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "bubblewrap", "ready"})
    void oneRunnerRunsOneCommandAfterTheOther(String kind) throws Exception {
        var first = ran(spec(kind, "echo $PPID; perl -e '$x = \"a\" x 50_000_000'; exit 1"));
        Trees.delete(directory.resolve("worker"));
        var second = ran(spec(kind, "echo $PPID; exit 2"));

        assertThat(out().lines().distinct()).hasSize(1);
        assertThat(List.of(first.exitCode(), second.exitCode())).containsExactly(1, 2);
        assertThat(first.peakBytes()).isGreaterThan(50_000_000);
        assertThat(second.peakBytes()).isLessThan(50_000_000);
    }

    @Test
    void brokenSandboxProgramIsTheMachinesFault() throws Exception {
        var worker = TestSandboxes.directory(directory);
        var attempt = Files.createDirectories(worker.resolve("attempts")).resolve("1");
        Place.create(attempt, true);
        var place = new Place(attempt, List.of(Files.createDirectory(worker.resolve("layer"))));
        var broken = new Sandbox.Bubblewrap(Path.of("/bin/false"), List.of());
        var spec = new RunSpec(place, broken.root(place)).command(List.of("true"), Map.of());
        broken.confine(spec, place, Sandbox.Grants.NOTHING);

        assertThat(run(spec))
                .isInstanceOfSatisfying(
                        RunEnd.NotStarted.class,
                        end -> assertThat(end.failure()).isInstanceOf(Failure.Unavailable.class));
    }

    @Test
    void bubblewrapHidesTheMachine() throws Exception {
        ran(spec(
                "bubblewrap",
                "ls -A /root /run | wc -l; touch /etc/x /usr/x 2>&1 | wc -l; ls /proc | grep -c '^[0-9]'; grep"
                        + " CapEff /proc/self/status; cat /proc/net/dev | grep -c :; touch /tmp/x && echo"
                        + " writable"));

        // Of the processes, our process 1, the shell, `ls` and `grep` are seen.
        assertThat(out()).startsWith("3\n2\n").contains("\n4\n", "CapEff:\t0000000000000000\n1\n", "writable\n");
    }
}
