// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What we find, and what the compiler of this machine reads.
class RealHeadersTest {
    private static final int SEED = 20261121;
    private static final int TREES = 20;

    private static final Pattern WORD = Pattern.compile("(?<!\\\\)\\s+");

    @TempDir
    Path directory;

    @BeforeEach
    void needsGcc() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/g++")), "There is no `g++`");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#include <iostream>\n#include <map>\n#include <regex>\n",
                "#include <stdio.h>\n",
                "#include <thread>\n#include <experimental/filesystem>\n#include <sys/socket.h>\n#include <limits.h>\n",
            })
    void headersOfTheSystemAreFound(String text) throws Exception {
        Files.writeString(directory.resolve("a.cc"), text);

        var closure = compare("-c", "a.cc");
        assertThat(closure.unresolved()).isEmpty();
        assertThat(closure.marks()).isSubsetOf(Mark.PRAGMA_ONCE);
    }

    @Test
    void theWayThroughALinkIsThatOfTheKernel() throws Exception {
        write("real/up.h", "");
        write("up.h", "");
        write("real/deep/in.h", "#include \"../up.h\"\n#include \"side.h\"\n");
        write("real/deep/side.h", "");
        write("other/side.h", "");
        Files.createSymbolicLink(directory.resolve("lnk"), Path.of("real/deep"));
        Files.createSymbolicLink(directory.resolve("other/in2.h"), Path.of("../real/deep/in.h"));
        write("a.cc", "#include \"lnk/in.h\"\n#include \"other/in2.h\"\n");

        var closure = compare("-c", "a.cc");
        assertThat(closure.files()).contains("lnk/../up.h", "other/side.h");
        assertThat(closure.directories()).contains("lnk");
    }

    @Test
    void valuesOfMacrosAreFound() throws Exception {
        write("i/x1.h", "");
        write("i/a,b c.h", "");
        write("a.cc", """
            #define H <x1.h>
            %:include H
            # include /* c */ "a,b c.h"
            #if __has_include(<x1.h>)
            #include <x1.h>
            #endif
            """);

        compare("-Ii", "-c", "a.cc");
    }

    /// Trees in which names are many times there, found by all forms of directives and options.
    @Test
    void headersOfAnyTreeAreFound() throws Exception {
        var random = new Random(SEED);
        for (var tree = 0; tree < TREES; tree++) {
            var root = directory.resolve("t" + tree);
            Files.createDirectories(root);
            var places = List.of(".", "d1", "d2", "d1/s", "d3");
            for (var i = 0; i < 25; i++) {
                var name = places.get(random.nextInt(places.size())) + "/h" + random.nextInt(9) + ".h";
                write("t" + tree + "/" + name, header(random));
            }
            for (var name : List.of("src/h1.h", "h2.h", "h3.h")) {
                write("t" + tree + "/" + name, header(random));
            }
            write("t" + tree + "/src/a.cc", "#include \"h1.h\"\n" + header(random) + header(random));
            var options = new ArrayList<>(List.of("-c", "src/a.cc"));
            for (var place : places) {
                var kinds = List.of("-I", "-iquote", "-isystem", "-idirafter");
                options.add(kinds.get(random.nextInt(kinds.size())));
                options.add(random.nextInt(4) == 0 ? "none" : place);
            }
            // Behind all others, for whoever looks for a next one behind the last one fails.
            Files.createDirectories(root.resolve("e/last"));
            options.addAll(List.of("-idirafter", "e/last", "-include", "h2.h", "-imacros", "h3.h"));
            compareIn(root, options);
        }
    }

    private static String header(Random random) {
        var text = new StringBuilder("#ifndef G%1$d\n#define G%1$d\n".formatted(random.nextInt(1_000_000)));
        for (var i = random.nextInt(4); i >= 0; i--) {
            var name = (random.nextInt(4) == 0 ? "../" : "") + "h" + random.nextInt(9) + ".h";
            var brackets = random.nextBoolean() ? "<" + name + ">" : "\"" + name + "\"";
            text.append("#if __has_include(%s)\n".formatted(brackets));
            switch (random.nextInt(5)) {
                case 0 -> text.append("#define M%1$d %2$s\n#include M%1$d\n".formatted(random.nextInt(99), brackets));
                case 1 -> text.append("#if __has_include_next(%1$s)\n#include_next %1$s\n#endif".formatted(brackets));
                case 2 -> text.append("# /* c */ inc\\\nlude ").append(brackets);
                default -> text.append("#include ").append(brackets);
            }
            text.append("\n#endif\n");
        }
        return text.append("#endif\n").toString();
    }

    private void write(String name, String text) throws IOException {
        var file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Closure compare(String... options) throws Exception {
        return compareIn(directory, List.of(options));
    }

    /// Compares the closure with what the compiler says it has read.
    private Closure compareIn(Path root, List<String> options) throws Exception {
        var argv = new ArrayList<>(List.of("g++"));
        argv.addAll(options);
        var compile = (Compile) new CommandLines(_ -> Optional.empty()).read(argv, Map.of());
        var places = new DiskPlaces(root);
        var closure = new Resolver(compile, builtin(root), places, 100_000).resolve();

        argv.addAll(List.of("-M", "-MF", "made.d"));
        run(root, argv);
        var found = new TreeSet<Path>();
        for (var file : closure.files()) {
            found.add(places.path(file).toRealPath());
        }
        assertThat(found).containsAll(listed(root));
        for (var name : closure.absent()) {
            assertThat(places.path(name)).doesNotExist();
        }
        return closure;
    }

    private static Set<Path> listed(Path root) throws IOException {
        var text = Files.readString(root.resolve("made.d"));
        var files = new TreeSet<Path>();
        var names = text.substring(text.indexOf(':') + 1).replace("\\\n", "");
        for (var name : WORD.split(names, -1)) {
            if (!name.isEmpty()) {
                files.add(root.resolve(name.replace("\\ ", " ")).toRealPath());
            }
        }
        return files;
    }

    private static List<String> builtin(Path root) throws Exception {
        run(root, List.of("g++", "-E", "-v", "-x", "c++", "/dev/null"));
        var text = Files.readString(root.resolve("messages.txt"));
        var start = "#include <...> search starts here:\n";
        return text.substring(text.indexOf(start) + start.length(), text.indexOf("End of search list"))
                .lines()
                .map(String::strip)
                .toList();
    }

    private static void run(Path root, List<String> argv) throws Exception {
        var builder = new ProcessBuilder(argv)
                .directory(root.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(root.resolve("messages.txt").toFile());
        builder.environment().put("LC_ALL", "C");
        var process = builder.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("%s", Files.readString(root.resolve("messages.txt")))
                .isZero();
    }
}
