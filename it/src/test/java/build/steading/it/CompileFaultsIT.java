// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import build.steading.it.CompileCase.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What happens in the middle of a compile, whoever is killed and whatever is edited, harms no object.
class CompileFaultsIT {
    @RegisterExtension
    static final CompileHomes HOMES = new CompileHomes();

    private static final int EACH = 40;
    private static final int COMPILES = 12;
    private static final int LONG = 60_000_000;
    private static final Duration PACE = Duration.ofMillis(1);
    private static final Duration SOON = Duration.ofSeconds(20);

    private CompileWrapper wrapper = CompileRunner.NATIVE;
    private Path directory = Distribution.TOP;

    @BeforeEach
    void begin() throws IOException {
        Required.program("make");
        Required.program("g++");
        wrapper = HOMES.wrapper(State.COLD);
        HOMES.prime();
        directory = HOMES.farm().directory("faults");
    }

    @Test
    void buildSurvivesTheEndOfTheProcess() throws IOException {
        var project = CompileProject.create(directory.resolve("project"), EACH);
        var natively = project.natively();

        var make = project.start(wrapper, "-j8");
        await().atMost(Program.PATIENCE).until(() -> project.outputs().size() > EACH / 2);
        if (!HOMES.isOther()) {
            HOMES.farm().kill();
        }

        assertThat(CompileProject.built(make.await())).hasSize(2 * EACH);
        assertThat(project.outputs()).isEqualTo(natively);
    }

    @Test
    void killedCompileLeavesTheOldObjectAndNoCompiler() throws IOException {
        var slow = new SlowCompile(directory, LONG);
        Files.writeString(slow.object(), "old");

        var compile = slow.start(wrapper);
        slow.awaitUnderWay();
        SlowCompile.signalGroup(compile, "KILL");

        slow.awaitEnd(SOON);
        assertThat(slow.object()).hasContent("old");
        try (var left = Files.list(directory)) {
            assertThat(left).hasSize(2);
        }
    }

    @Test
    void headerEditedAllTheTimeIsReadInOneStateAndNeverInAnOldOne() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("a.c"), """
            #include "h.h"
            #define TEXT_(x) #x
            #define TEXT(x) TEXT_(x)
            char state[] = "state-" TEXT(ONE) "-" TEXT(TWO) ";";
            """);
        var state = new AtomicInteger();
        var done = new AtomicBoolean();
        write(state.get());
        var editor = Thread.ofVirtual().start(() -> {
            while (!done.get()) {
                write(state.get() + 1);
                state.incrementAndGet();
                LockSupport.parkNanos(PACE.toNanos());
            }
        });
        try {
            for (int i = 0; i < COMPILES; i++) {
                var before = state.get();
                assertThat(compiled()).isBetween(before, Integer.MAX_VALUE);
            }
        } finally {
            done.set(true);
            editor.join();
        }
        assertThat(compiled()).isEqualTo(state.get());
    }

    private void write(int state) {
        try {
            var edited = directory.resolve("edited");
            Files.writeString(edited, "#define ONE %d\n#define TWO %d\n".formatted(state, state));
            Files.move(edited, directory.resolve("h.h"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the state of the header that a compile has read.
    private int compiled() throws IOException {
        var ended = shell("$CC -c a.c");
        assertThat(ended.exitCode()).as(ended.all()).isZero();
        var object = Files.readString(directory.resolve("a.o"), ISO_8859_1);
        var found = Pattern.compile("state-(\\d+)-(\\d+);").matcher(object);
        assertThat(found.find()).isTrue();
        assertThat(found.group(1)).isEqualTo(found.group(2));
        return Integer.parseInt(found.group(1));
    }

    @Test
    void fullDiskIsAnErrorAndLeavesNoHalfAnObject() throws IOException {
        Required.root();
        var small = Files.createDirectories(directory.resolve("small"));
        var mounted = shell("mount -t tmpfs -o size=256k none small");
        Required.that(mounted.exitCode() == 0, "No small file system: " + mounted.err());
        try {
            Files.writeString(directory.resolve("big.c"), "char big[400000] = {1};\n");
            var failed = shell("$CC -c big.c -o small/big.o");
            assertThat(failed.exitCode()).as(failed.all()).isEqualTo(1);
            assertThat(failed.err()).containsIgnoringCase("no space");
            assertThat(small.resolve("big.o")).doesNotExist();

            var fine = shell("$CC -DSMALL -include /dev/null -c -x c /dev/null -o small/small.o");
            assertThat(fine.exitCode()).as(fine.all()).isZero();
            assertThat(small.resolve("small.o")).isNotEmptyFile();
        } finally {
            assertThat(shell("umount small").exitCode()).isZero();
        }
    }

    @Test
    void goneCurrentDirectoryIsTheCompilersBusiness() throws IOException {
        Assumptions.assumeFalse(HOMES.isOther(), "A shell in between has something to say too");
        var script = "mkdir gone; cd gone; echo 'int x;' > ../x.c; rmdir ../gone; $CC -c ../x.c -o ../x.o";

        var natively = Program.run(directory, CompileRunner.NATIVE.variables(), List.of("/bin/sh", "-c", script));
        var wrapped = shell(script);

        assertThat(wrapped).isEqualTo(natively);
    }

    private Program.Result shell(String script) {
        var variables = new HashMap<>(Map.of("LC_ALL", "C.UTF-8"));
        variables.putAll(wrapper.variables());
        return Program.run(directory, variables, List.of("/bin/sh", "-c", script));
    }
}
