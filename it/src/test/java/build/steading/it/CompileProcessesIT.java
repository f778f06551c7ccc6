// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import build.steading.it.CompileCase.State;
import build.steading.it.Program.Result;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compiles and the background process: who starts it, who waits for it, and what is when it is gone.
class CompileProcessesIT {
    @RegisterExtension
    static final CompileHomes HOMES = new CompileHomes();

    private static final int EACH = 12;
    private static final int TRY_AGAIN = 4;
    private static final int CROWD = 100;
    private static final int LONG = 60_000_000;
    private static final int MODERATE = 2_000_000;
    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    private Path directory = Distribution.TOP;
    private CompileWrapper wrapper = CompileRunner.NATIVE;

    @BeforeEach
    void begin() throws IOException {
        Required.program("make");
        Required.program("gcc");
        Required.program("g++");
        directory = HOMES.farm().directory("processes");
        wrapper = HOMES.wrapper(State.COLD);
        HOMES.prime();
        Files.writeString(directory.resolve("a.c"), "char a[] = \"%s\";\n".formatted(directory));
    }

    private static void onlySteading() {
        Assumptions.assumeFalse(HOMES.isOther(), "Only Steading has a process");
    }

    private Result shell(CompileWrapper by, String script) {
        var variables = new HashMap<>(Map.of("LC_ALL", "C.UTF-8"));
        variables.putAll(by.variables());
        return Program.run(directory, variables, List.of("/bin/sh", "-c", script));
    }

    private void ok(CompileWrapper by, String script) {
        var ended = shell(by, script);
        assertThat(ended.exitCode()).as(ended.all()).isZero();
    }

    /// Compiles `a.c` natively and returns the digest of the object, which is removed.
    private String natively() throws IOException {
        ok(CompileRunner.NATIVE, "$CC -c a.c");
        var digest = Farm.sha256(directory.resolve("a.o"));
        Files.delete(directory.resolve("a.o"));
        return digest;
    }

    private static int grown(String counter, JsonNode before) {
        return HOMES.statistics().path(counter).asInt() - before.path(counter).asInt();
    }

    private CompileWrapper at(Farm farm) {
        return new CompileWrapper(
                wrapper.words(),
                wrapper.masquerade(),
                Map.of("STEADING_HOME", farm.home().toString()));
    }

    private static List<String> processes(Farm farm) throws IOException {
        return Farm.processes(farm.home() + "\0").stream()
                .filter(line -> line.contains("SteadingProcess"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"make", "ninja"})
    void buildThatStartsTheProcessEndsBeforeIt(String tool) throws IOException {
        Assumptions.assumeTrue(CompileRunner.installed(tool), "There is no " + tool);
        var project = CompileProject.create(directory.resolve("project"), EACH);
        project.write(
                "build.ninja",
                """
                        rule cc
                          command = $$CC -Iinc -c $in -o $out
                        """
                        + String.join(
                                "\n",
                                IntStream.range(0, EACH)
                                        .mapToObj("build o/c%1$d.o: cc c%1$d.c"::formatted)
                                        .toList())
                        + "\n");
        var fresh = new Farm(HOMES.top(), "fresh-" + tool, List.of());
        try {
            // The pipe is at its end when nobody holds it any more.
            ok(at(fresh), "cd project && %s | cat".formatted(tool.equals("make") ? "make -e -j8" : tool));

            if (!HOMES.isOther()) {
                await().atMost(Program.PATIENCE).until(() -> fresh.process().isPresent());
                var pid = fresh.process().orElseThrow().pid();
                assertThat(Files.readSymbolicLink(Path.of("/proc/%d/cwd".formatted(pid))))
                        .hasToString("/");
            }
        } finally {
            fresh.stop();
        }
    }

    @Test
    void jobServerGetsItsTokensBack() throws IOException {
        var project = CompileProject.create(directory.resolve("project"), EACH);

        var made = project.start(HOMES.wrapper(State.NO_WORKER), "-j4").await();

        assertThat(CompileProject.built(made)).hasSize(2 * EACH);
        assertThat(made.err()).isEmpty();
    }

    @Test
    void hundredAtOnceStartOneProcess() throws IOException {
        var fresh = new Farm(HOMES.top(), "crowd", List.of());
        try {
            ok(at(fresh), """
                i=0; pids=
                while [ $i -lt %d ]; do $CC -DI=$i -c a.c -o $i.o & pids="$pids $!"; i=$((i+1)); done
                for pid in $pids; do wait $pid || exit 1; done
                """.formatted(CROWD));

            try (var made = Files.newDirectoryStream(directory, "*.o")) {
                assertThat(made).hasSize(CROWD);
            }
            if (!HOMES.isOther()) {
                await().atMost(Program.PATIENCE)
                        .until(() -> Files.exists(fresh.home().resolve("run/process.json")));
                assertThat(processes(fresh)).hasSize(1);
            }
        } finally {
            fresh.stop();
        }
    }

    @Test
    void staleSocketIsNoHindrance() throws IOException {
        onlySteading();
        var natively = natively();
        HOMES.farm().kill();
        var began = System.nanoTime();

        ok(wrapper, "$CC -c a.c");

        assertThat(Farm.sha256(directory.resolve("a.o"))).isEqualTo(natively);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
        await().atMost(Program.PATIENCE).until(() -> !processes(HOMES.farm()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STEADING_HOME=/dev/null/none",
                "STEADING_HOME=/dev/null",
                "STEADING_HOME=/proc/none",
                "-u STEADING_HOME -u HOME -u XDG_STATE_HOME"
            })
    void unusableHomeIsNoHindrance(String variables) throws IOException {
        var natively = natively();

        var ended = shell(wrapper, "env %s $CC -c a.c".formatted(variables));

        assertThat(ended).isEqualTo(new Result(0, "", ""));
        assertThat(Farm.sha256(directory.resolve("a.o"))).isEqualTo(natively);
    }

    @Test
    void farmWithoutWorkersMeansLocalAtOnce() throws IOException {
        var none = HOMES.wrapper(State.NO_WORKER);
        var natively = natively();
        var began = System.nanoTime();

        ok(none, "for i in 1 2 3 4 5; do $CC -DI=$i -c a.c || exit 1; done");

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
        assertThat(Farm.sha256(directory.resolve("a.o"))).isEqualTo(natively);
    }

    @Test
    void errorInTheSourceIsFoundOnceOnTheFarm() throws IOException {
        onlySteading();
        Files.writeString(directory.resolve("a.c"), "int a = \"%s;\n".formatted(directory));
        var natively = shell(CompileRunner.NATIVE, "$CC -c a.c");
        var before = HOMES.statistics();

        assertThat(shell(wrapper, "$CC -c a.c")).isEqualTo(natively);

        assertThat(grown("remote", before)).isOne();
        assertThat(grown("local", before)).isZero();
    }

    @Test
    void interruptedMakeLeavesNoCompilerAtWork() throws IOException {
        var slow = new SlowCompile(directory, LONG);
        var make = slow.startByMake(wrapper);
        slow.awaitUnderWay();

        SlowCompile.signalGroup(make, "INT");

        assertThat(make.await().exitCode()).isNotZero();
        slow.awaitEnd(AT_ONCE);
        assertThat(slow.object()).doesNotExist();
    }

    @Test
    void sameCompileAtTheSameTimeRunsOnceAndOutlivesWhoAskedFirst() throws IOException {
        var slow = new SlowCompile(directory, MODERATE);
        var before = HOMES.statistics();
        var first = slow.start(wrapper);
        slow.awaitUnderWay();
        var second = slow.start(wrapper);
        if (!HOMES.isOther()) {
            await("the second at the door").atMost(AT_ONCE).until(() -> isConnected(second));
        }
        SlowCompile.signalGroup(first, "KILL");

        var ended = second.await();

        assertThat(ended.exitCode()).as(ended.all()).isZero();
        assertThat(slow.object()).isNotEmptyFile();
        if (!HOMES.isOther()) {
            assertThat(grown("local", before)).isZero();
            assertThat(grown("remote", before) + grown("hits", before)).isBetween(1, 2);
        }
    }

    private static boolean isConnected(Program program) throws IOException {
        try (var files = Files.newDirectoryStream(Path.of("/proc/%d/fd".formatted(program.pid())))) {
            for (var file : files) {
                if (Files.readSymbolicLink(file).toString().startsWith("socket:")) {
                    return true;
                }
            }
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void objectThatIsDamagedOrGoneInTheStoreIsMadeAnew(boolean gone) throws IOException {
        onlySteading();
        Files.writeString(directory.resolve("a.c"), "char a[5000] = \"%s\";\n".formatted(directory));
        var natively = natively();
        ok(wrapper, "$CC -c a.c");
        assertThat(Farm.sha256(directory.resolve("a.o"))).isEqualTo(natively);
        var stored = HOMES.farm().home().resolve("cas/blobs").resolve(natively.substring(0, 2));
        try (var found = Files.newDirectoryStream(stored, natively + "*")) {
            for (var blob : found) {
                damage(blob, gone);
            }
        }

        ok(wrapper, "rm a.o && $CC -c a.c");

        assertThat(Farm.sha256(directory.resolve("a.o"))).isEqualTo(natively);
    }

    private static void damage(Path blob, boolean gone) throws IOException {
        if (gone) {
            Files.delete(blob);
            return;
        }
        var time = Files.getLastModifiedTime(blob);
        var bytes = Files.readAllBytes(blob);
        bytes[bytes.length / 2] ^= 4;
        Files.write(blob, bytes);
        Files.setLastModifiedTime(blob, time);
    }

    @Test
    void whatChangedWhileThereWasNoProcessIsSeen() throws IOException {
        onlySteading();
        ok(wrapper, "$CC -c a.c");
        HOMES.farm().stop();
        Files.writeString(directory.resolve("a.c"), "char b[] = \"%s\";\n".formatted(directory));
        HOMES.statistics();
        ok(wrapper, "$CC -c a.c");
        var found = Farm.sha256(directory.resolve("a.o"));

        assertThat(found).isEqualTo(natively());
    }

    @Test
    void everyLocalCompileHasAReason() {
        onlySteading();
        var before = HOMES.statistics();
        ok(wrapper, "$CC -M a.c; $CC -c a.c -o /dev/null; $CC -E -c a.c > a.i; $CC -save-temps -c a.c");

        await().atMost(AT_ONCE).until(() -> {
            var now = HOMES.statistics();
            return now.path("local").asInt() > before.path("local").asInt()
                    && now.path("reasons")
                                    .valueStream()
                                    .mapToInt(JsonNode::asInt)
                                    .sum()
                            == now.path("local").asInt();
        });
    }

    @Test
    void variableSaysWhatIsAskedOfTheProcess() throws IOException {
        onlySteading();
        ok(wrapper, "$CC -c a.c");
        var before = HOMES.statistics();

        ok(wrapper, "STEADING_CC=local $CC -c a.c");
        assertThat(grown("compiles", before)).isZero();
        ok(wrapper, "STEADING_CC=refresh $CC -c a.c");
        assertThat(grown("remote", before)).isOne();
        ok(wrapper, "STEADING_CC=strict $CC -c a.c");
        assertThat(grown("hits", before)).isOne();

        var strict = shell(HOMES.wrapper(State.NO_PROCESS), "rm a.o; STEADING_CC=strict $CC -c a.c");
        assertThat(strict.exitCode()).as(strict.all()).isEqualTo(TRY_AGAIN);
        assertThat(strict.err()).isNotBlank();
        assertThat(directory.resolve("a.o")).doesNotExist();
    }

    @Test
    void socketIsForItsUserAlone() throws IOException {
        onlySteading();
        HOMES.statistics();
        var run = HOMES.farm().home().resolve("run");

        assertThat(run.resolve("door.sock")).exists();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(run)))
                .isEqualTo("rwx------");
    }
}
