// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.it.CompileCase.State;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whole projects are built by plain make as without Steading. Variable `STEADING_REAL_SOURCES` names directories
/// of further ones, each with a makefile or a `configure`, separated by colons.
class CompileProjectsIT {
    @RegisterExtension
    static final CompileHomes HOMES = new CompileHomes();

    private static final int EACH = 60;
    private static final Duration REAL_PATIENCE = Duration.ofMinutes(20);

    @BeforeEach
    void begin() {
        Required.program("make");
        Required.program("gcc");
        Required.program("g++");
    }

    @Test
    void projectIsBuiltAsWithPlainCompilersAndEachTimeNoMoreThanNeeded() throws IOException {
        var project = CompileProject.create(HOMES.top().resolve("project"), EACH);
        var wrapper = HOMES.wrapper(State.COLD);
        var natively = project.natively();

        assertThat(project.make(wrapper, "-j4")).hasSize(2 * EACH);
        assertThat(project.outputs()).isEqualTo(natively);
        assertThat(project.make(wrapper, "-j4")).isEmpty();

        project.make(wrapper, "clean");
        var before = HOMES.statistics().path("hits").asInt();
        assertThat(project.make(wrapper, "-j4")).hasSize(2 * EACH);
        assertThat(project.outputs()).isEqualTo(natively);
        if (!HOMES.isOther()) {
            assertThat(HOMES.statistics().path("hits").asInt() - before).isEqualTo(2 * EACH);
        }
    }

    @Test
    void editedHeaderRebuildsExactlyItsDependents() throws IOException {
        var project = CompileProject.create(HOMES.top().resolve("edited"), 2 * CompileProject.HEADERS);
        var wrapper = HOMES.wrapper(State.COLD);
        project.make(wrapper, "-j4");

        project.edit("inc/h2.h", "#include \"all.h\"\n#define H2 (ALL + 100)\n");
        assertThat(project.make(wrapper, "-j4")).isEqualTo(CompileProject.dependents(2, 2 * CompileProject.HEADERS));

        project.edit("inc/all.h", "#define ALL 7\n");
        assertThat(project.make(wrapper, "-j4")).hasSize(4 * CompileProject.HEADERS);
        var outputs = project.outputs();
        assertThat(outputs).isEqualTo(project.natively());
    }

    @TestFactory
    Stream<DynamicTest> realProjectIsBuiltAsWithPlainCompilers() {
        var named = System.getenv("STEADING_REAL_SOURCES");
        Assumptions.assumeTrue(named != null, "`STEADING_REAL_SOURCES` names no directories");
        return Stream.of(named.split(File.pathSeparator))
                .map(Path::of)
                .map(source -> DynamicTest.dynamicTest(source.toString(), () -> compare(source)));
    }

    private static void compare(Path source) throws IOException {
        var natively = buildReal(source, CompileRunner.NATIVE);
        assertThat(natively).isNotEmpty();
        assertThat(buildReal(source, HOMES.wrapper(State.COLD))).isEqualTo(natively);
        assertThat(buildReal(source, HOMES.wrapper(State.HIT))).isEqualTo(natively);
    }

    /// Builds a copy, always at the same place.
    ///
    /// @return digests of all objects
    private static Map<String, String> buildReal(Path source, CompileWrapper wrapper) throws IOException {
        var script = """
            rm -rf "$1" && cp -a "$0" "$1" && cd "$1" || exit
            export CC CXX
            test ! -x configure || ./configure > configured 2>&1 || exit
            exec make -j4 CC="$CC" CXX="$CXX"
            """;
        var copy = HOMES.top().resolve("real").resolve(source.getFileName());
        Files.createDirectories(copy.getParent());
        var made = Program.start(
                        HOMES.top(),
                        wrapper.variables(),
                        List.of("/bin/sh", "-c", script, source.toString(), copy.toString()))
                .await(REAL_PATIENCE);
        assertThat(made.exitCode()).as(made.all()).isZero();
        var objects = new TreeMap<String, String>();
        try (var files = Files.walk(copy)) {
            for (var file : files.filter(each -> each.toString().endsWith(".o")).toList()) {
                objects.put(copy.relativize(file).toString(), Farm.sha256(file));
            }
        }
        return objects;
    }
}
