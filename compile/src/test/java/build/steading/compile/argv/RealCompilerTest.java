// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLine.Local;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What we say a compiler does, and what the one of this machine does.
class RealCompilerTest {
    @TempDir
    Path directory;

    @BeforeEach
    void needsGcc() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "There is no `gcc`");
        Files.createDirectories(directory.resolve("sub"));
        Files.createDirectories(directory.resolve("o"));
        Files.writeString(directory.resolve("a.c"), "#include \"a.h\"\nint f(int a) { return a + A; }\n");
        Files.writeString(directory.resolve("a.h"), "#define A 1\n");
        Files.copy(directory.resolve("a.c"), directory.resolve("sub/b.c.c"));
        Files.copy(directory.resolve("a.h"), directory.resolve("sub/a.h"));
        Files.writeString(directory.resolve("s.S"), "#include \"a.h\"\n.globl f\nf: nop\n");
        Files.writeString(directory.resolve("r.rsp"), "-c 'a.c' -DS=\"x\\ y\" @none.rsp.c\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c a.c",
                "-c sub/b.c.c -MMD",
                "-c a.c -o o/x.o -MD -fstack-usage --coverage -g -gsplit-dwarf -fcallgraph-info",
                "-c a.c -oo/x.y.o -MD -fstack-usage --coverage -g -gsplit-dwarf",
                "-c a.c -o o/x -MD -fstack-usage -ftest-coverage -gsplit-dwarf",
                "-c a.c -o o/x.obj -MMD --coverage",
                "-c a.c -MD -MF o/dep.d -MT x -MP",
                "-c a.c -MDx.d",
                "-c a.c -Wp,-MD,o/k.d",
                "-c a.c -Wp,-MMD,o/k.d,-MT,x -o o/z.o",
                "-c a.c -Xpreprocessor -MD -Xpreprocessor o/q.d",
                "-S a.c",
                "-S a.c -o o/q.s -MMD -fstack-usage --coverage -g -gsplit-dwarf",
                "-S -c a.c -o o/q.zz -MD",
                "-c s.S -MD -fstack-usage --coverage",
                "-c a.c -g -gsplit-dwarf -g0",
                "-c a.c -fprofile-arcs -flto -pipe",
                "-x c a.c -c -ox.o -oy.o",
                "-c a.c -fprofile-generate=o -Wa,--noexecstack -Wall",
            })
    void declaredOutputsAreThoseThatAreWritten(String options) throws Exception {
        var argv = new ArrayList<>(List.of("gcc"));
        argv.addAll(List.of(options.split(" ")));
        var before = files();
        var exit = run(argv);
        var line = read(argv);

        if (line instanceof Compile compile) {
            assertThat(exit).isZero();
            var made = files();
            made.removeAll(before);
            var all = new TreeSet<>(compile.outputs().stream().map(Output::name).toList());
            assertThat(all).containsAll(made);
            compile.outputs().stream()
                    .filter(output -> !output.mayBeMissing())
                    .forEach(output -> assertThat(made).contains(output.name()));
        } else {
            assertThat(options).as("%s", line).isEqualTo("-c a.c -MDx.d");
            assertThat(exit).isNotZero();
        }
    }

    @Test
    void namesOfCompilersAreThoseOfTheMachine() {
        for (var name : List.of("gcc", "g++", "gcc-12", "x86_64-linux-gnu-gcc-12", "c99-gcc", "cc")) {
            assertThat(Compiler.named(name)).as(name).isPresent();
        }
        for (var name : List.of("gcc-ar", "gcov", "cpp", "clang-format", "ld", "x86_64-linux-gnu-gcc-nm")) {
            assertThat(Compiler.named(name)).as(name).isEmpty();
        }
    }

    /// Nearly all options that this compiler lists are either understood, or have their own reason to stay at
    /// home.
    @Test
    void optionsOfTheCompilerAreInTheTable() throws Exception {
        var unknown = new TreeSet<String>();
        var local = new TreeSet<String>();
        var all = 0;
        for (var option : options()) {
            all++;
            var alone = read(List.of("gcc", "-c", "a.c", option));
            var line = isUnknown(alone) ? read(List.of("gcc", "-c", "a.c", option, "value")) : alone;
            if (isUnknown(line)) {
                unknown.add(option);
            } else if (line instanceof Local) {
                local.add(option);
            }
        }

        assertThat(all).isGreaterThan(700);
        assertThat(local).hasSizeLessThan(all / 8);
        // A directory for Darwin, and what belongs to modules and the driver alone.
        assertThat(unknown).isSubsetOf("-F", "-Mno-modules", "-imultiarch", "-MF");
    }

    private static CommandLine read(List<String> argv) {
        return new CommandLines(_ -> Optional.empty()).read(argv, Map.of());
    }

    private static boolean isUnknown(CommandLine line) {
        return line instanceof Local(var reason, var _) && reason == Reason.UNKNOWN_OPTION;
    }

    private List<String> options() throws Exception {
        var options = new TreeSet<String>();
        for (var kind : List.of("common", "c", "c++", "target", "optimizers", "warnings")) {
            var output = directory.resolve(kind + ".txt");
            var process = new ProcessBuilder("gcc", "-Q", "--help=" + kind)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            for (var line : Files.readAllLines(output)) {
                var word = line.strip().split("\\s", 2)[0];
                // What takes a value needs one that is right, which a list does not tell.
                if (word.matches("-[a-zA-Z][^<=\\[\\]]*")) {
                    options.add(word);
                }
            }
        }
        return List.copyOf(options);
    }

    private int run(List<String> argv) throws Exception {
        var process = new ProcessBuilder(argv)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private Set<String> files() throws IOException {
        try (var walk = Files.walk(directory)) {
            var names = new TreeSet<String>();
            walk.filter(Files::isRegularFile)
                    .forEach(file -> names.add(directory.relativize(file).toString()));
            return names;
        }
    }
}
