// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLines;
import build.steading.compile.argv.Output;
import build.steading.compile.toolchain.Root.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compilers do the same in a file system of nothing but what is said to be needed as at home.
class ElsewhereTest {
    private static final String PATH = "/usr/local/bin:/usr/bin:/bin";
    private static final Toolchains TOOLCHAINS = new Toolchains(Stamps::of);

    @TempDir
    Path temporary;

    private Path home;
    private Root root;
    private String path = PATH;

    @BeforeEach
    void writesSources() throws Exception {
        assumeTrue(Root.isPossible(), "There is no `bwrap` that works");
        home = Files.createDirectories(temporary.resolve("home"));
        root = new Root(Files.createDirectories(temporary.resolve("root")), home);
        write("a.c", "#include <stdio.h>\nint unused(void) { int x; puts(\"ä\"); return 'ab'; }\n");
        write(
                "a.cpp",
                "#include <vector>\n#include <string>\nstd::vector<std::string> f() { int x; return {\"x\"}; }\n");
        write("bad.c", "int f(void) { return x }\n");
        write("a.i", "int f(void) { int x; return 1; }\n");
        write("a.S", "#include \"a.h\"\n.globl f\nf: .long A\n");
        write("a.s", ".globl f\nf: .long 3\n");
        write("a.h", "#define A 1\n");
        write("text.c", "const char *text = \"\\u00e4\";\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc -c a.c -o a.o",
                "gcc -Wall -O2 -g -MMD -c a.c -o a.o",
                "gcc -Wall -c bad.c -o a.o",
                "gcc -S a.c -o a.s.out",
                "gcc -c a.i -o a.o",
                "gcc -c a.s -o a.o",
                "gcc -c -g a.S -o a.o",
                "gcc -m32 -c a.i -o a.o",
                "gcc -g -gsplit-dwarf -c a.c -o a.o",
                "gcc -flto -O2 -c a.c -o a.o",
                "gcc --coverage -c a.c -o a.o",
                "gcc -fsanitize=address,undefined -fopenmp -pthread -fuse-ld=bfd -c a.c -o a.o",
                "gcc -fexec-charset=ISO-8859-1 -c text.c -o a.o",
                "gcc -fstack-usage -frecord-gcc-switches -gz -c a.c -o a.o",
                "/usr/bin/gcc -Wall -O1 -c a.c -o a.o",
                "cc -Wall -c a.c -o a.o",
                "c++ -Wall -c a.cpp -o a.o",
                "g++ -Wall -O1 -g -c a.cpp -o a.o",
                "g++ -Wall -x c++ -c a.c -o a.o",
                "g++ -std=c++20 -g -gsplit-dwarf -flto -c a.cpp -o a.o",
                "aarch64-linux-gnu-gcc -O2 -c a.i -o a.o",
                "aarch64-linux-gnu-gcc -g -gsplit-dwarf -Wall -c a.i -o a.o",
                "clang -Wall -c a.c -o a.o",
                "clang -Wall -c bad.c -o a.o",
                "clang -g -gsplit-dwarf -c a.c -o a.o",
                "clang -flto -O2 -c a.c -o a.o",
                "clang -no-integrated-as -g -gsplit-dwarf -c a.c -o a.o",
                "clang -fsanitize=address,undefined -c a.c -o a.o",
                "clang --target=aarch64-linux-gnu -c a.i -o a.o",
                "clang -m32 -c a.i -o a.o",
                "clang -c a.S -o a.o",
                "clang -S a.c -o a.s.out",
                "clang --coverage -c a.c -o a.o",
                "/usr/bin/clang -Wall -O2 -MD -c a.c -o a.o",
                "clang++ -Wall -g -MD -c a.cpp -o a.o",
            })
    void doesTheSame(String line) throws Exception {
        compare(line, Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "POSIX", "C.UTF-8", "C.utf8", "de_DE.UTF-8", "de_DE.ISO-8859-1", "nowhere", "en_US@x"})
    void speaksTheSame(String locale) throws Exception {
        compare("gcc -Wall -c bad.c -o a.o", Map.of("LANG", locale));
        compare("gcc -c a.s -oa.o -Wa,--nonsense", Map.of("LANG", locale, "LANGUAGE", "de:fr"));
        compare("clang -Wall -c bad.c -o a.o", Map.of("LC_ALL", locale));
    }

    @Test
    void quotesAreFancyInUnicode() throws Exception {
        var ended = compare("gcc -Wall -c bad.c -o a.o", Map.of("LC_ALL", "C.UTF-8"));
        assertThat(ended.output()).contains("‘x’");
    }

    @Test
    void compilersInPrivateDirectoriesDoTheSame() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/gcc")), "There is no `gcc`");
        Files.createDirectories(home.resolve("tools/deep"));
        Files.createSymbolicLink(home.resolve("tools/deep/gcc"), Path.of("/usr/bin/gcc"));
        Files.createSymbolicLink(home.resolve("tools/gcc"), Path.of("deep/gcc"));
        Files.createSymbolicLink(home.resolve("tools/clang"), Path.of("/usr/bin/clang"));
        Files.copy(Path.of("/usr/bin/gcc"), home.resolve("tools/x86-gcc"));

        compare("./tools/gcc -Wall -c a.c -o a.o", Map.of());
        compare("tools/deep/../gcc -Wall -c a.c -o a.o", Map.of());
        compare("./tools/x86-gcc -Wall -c a.c -o a.o", Map.of());
        path = home.resolve("tools") + ":" + PATH;
        compare("gcc -Wall -c a.c -o a.o", Map.of());
        compare("./tools/clang -Wall -MD -c a.c -o a.o", Map.of());
    }

    /// Returns how it ended, in both places.
    private Ended compare(String line, Map<String, String> variables) throws Exception {
        var argv = List.of(line.split(" "));
        var program = program(argv.getFirst());
        assumeTrue(Files.isExecutable(program), () -> "There is no `" + program + "`");
        var call = new Call(argv.getFirst(), program.toString(), path, home.toString());
        var toolchain = TOOLCHAINS.find(call);
        var compile = (Compile) new CommandLines(_ -> Optional.empty()).read(toolchain.compiler(), argv, variables);
        root.add(toolchain.needs(compile, home.toString()));
        addSources(argv, variables);

        var here = Root.runHere(argv, home, environment(variables, path));
        var outputs = outputs(compile, home);
        var there = root.run(argv, home, environment(variables, toolchain.path()));

        assertThat(there).isEqualTo(here);
        assertThat(outputs(compile, root.inside(home.toString()))).isEqualTo(outputs);
        assertThat(outputs.isEmpty()).isEqualTo(here.exit() != 0);
        return here;
    }

    private Path program(String name) {
        return name.indexOf('/') < 0
                ? Arrays.stream(path.split(":"))
                        .map(directory -> Path.of(directory, name))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElse(Path.of("/nowhere", name))
                : home.resolve(name);
    }

    private Map<String, String> environment(Map<String, String> variables, String search) {
        var environment = new TreeMap<>(variables);
        environment.put("PATH", search);
        environment.put("PWD", home.toString());
        return environment;
    }

    /// Adds sources, and the headers that the compiler says it reads.
    private void addSources(List<String> argv, Map<String, String> variables) throws Exception {
        try (var sources = Files.list(home)) {
            for (var source : sources.filter(Files::isRegularFile)
                    .filter(file -> !isOutput(file))
                    .toList()) {
                root.add(source.toString());
            }
        }
        var asking = new ArrayList<>(argv);
        asking.remove("-c");
        asking.removeIf(word -> word.equals("-MD") || word.equals("-MMD") || word.startsWith("-Wa,"));
        asking.set(asking.indexOf("-o") < 0 ? asking.size() - 1 : asking.indexOf("-o") + 1, "/dev/stdout");
        asking.addAll(List.of("-w", "-M"));
        var environment = environment(variables, path);
        environment.put("LC_ALL", "C");
        var rule = Root.runHere(asking, home, environment).output();
        var headers = new Footprint(new Watch(Stamps::of));
        for (var word : rule.replace("\\\n", " ").split("\\s+")) {
            if (word.startsWith("/usr/")) {
                headers.add(word);
            }
        }
        root.add(new Needs(headers.files(), headers.directories(), SearchDirectories.NONE));
    }

    private static boolean isOutput(Path file) {
        return file.getFileName().toString().matches(".*\\.(?:o|d|dwo|su|gcno|out)");
    }

    /// Returns what was written, and removes it.
    private static Map<Output.Kind, String> outputs(Compile compile, Path directory) throws IOException {
        var outputs = new TreeMap<Output.Kind, String>();
        for (var output : compile.outputs()) {
            var file = directory.resolve(output.name());
            if (Files.exists(file)) {
                outputs.put(output.kind(), java.util.HexFormat.of().formatHex(Files.readAllBytes(file)));
                Files.delete(file);
            }
        }
        return outputs;
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(home.resolve(name), text);
    }
}
