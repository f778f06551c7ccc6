// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import build.steading.it.Program.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A project in C and C++ with a makefile like everybody's. Source `i` includes header `i % HEADERS` and one that
/// all include.
final class CompileProject {
    static final int HEADERS = 6;

    private static final Duration TICK = Duration.ofMillis(1);

    private static final String MAKEFILE = """
        OBJECTS := $(patsubst %.c,o/%.o,$(wildcard *.c)) $(patsubst %.cc,o/%.o,$(wildcard *.cc))
        all: $(OBJECTS)
        o/%.o: %.c
        	@$(CC) -g -O1 -Iinc -MMD -MP -c $< -o $@ && echo built $@
        o/%.o: %.cc
        	@$(CXX) -g -O1 -Iinc -MMD -MP -c $< -o $@ && echo built $@
        clean:
        	rm -f o/*
        -include $(OBJECTS:.o=.d)
        """;

    private final Path directory;

    CompileProject(Path directory) {
        this.directory = directory;
    }

    /// @param each how many sources there are in each language
    static CompileProject create(Path directory, int each) throws IOException {
        var project = new CompileProject(directory);
        Files.createDirectories(directory.resolve("inc"));
        Files.createDirectories(directory.resolve("o"));
        project.write("Makefile", MAKEFILE);
        project.write("inc/all.h", "// For all of %s\n#define ALL 1\n".formatted(directory));
        for (int i = 0; i < HEADERS; i++) {
            project.write("inc/h%d.h".formatted(i), "#include \"all.h\"\n#define H%d (ALL + %d)\n".formatted(i, i));
        }
        for (int i = 0; i < each; i++) {
            var header = i % HEADERS;
            var text = "#include \"h%d.h\"\n%s\n".formatted(header, "%s");
            var body = "int %s%d(int x) { return x * H%d + %d; }";
            project.write("c%d.c".formatted(i), text.formatted(body.formatted("c", i, header, i)));
            project.write(
                    "d%d.cc".formatted(i),
                    text.formatted("#include <cstdlib>\ntemplate <typename T> " + body.formatted("d", i, header, i)
                            + "\ntemplate int d%d<long>(int);".formatted(i)));
        }
        return project;
    }

    /// Returns the names of the objects that depend on a header but for the one that all include.
    static Set<String> dependents(int header, int each) {
        var names = new ArrayList<String>();
        for (int i = header; i < each; i += HEADERS) {
            names.add("o/c%d.o".formatted(i));
            names.add("o/d%d.o".formatted(i));
        }
        return Set.copyOf(names);
    }

    Path directory() {
        return directory;
    }

    void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    /// Changes a file so that make sees it: it is newer than all that was made.
    void edit(String name, String text) {
        var file = directory.resolve(name);
        await().pollInterval(TICK).until(() -> {
            write(name, text);
            return Files.getLastModifiedTime(file).compareTo(newest()) > 0;
        });
    }

    private FileTime newest() throws IOException {
        var newest = FileTime.fromMillis(0);
        try (var made = Files.newDirectoryStream(directory.resolve("o"))) {
            for (var file : made) {
                var time = Files.getLastModifiedTime(file);
                newest = time.compareTo(newest) > 0 ? time : newest;
            }
        }
        return newest;
    }

    Program start(CompileWrapper wrapper, String... arguments) {
        var command = new ArrayList<>(List.of("make", "--no-print-directory"));
        command.addAll(List.of(arguments));
        var variables = new HashMap<>(wrapper.variables());
        variables.put("MAKEFLAGS", "-e");
        return Program.start(directory, variables, command);
    }

    /// Makes what has changed, which must succeed.
    ///
    /// @return names of the objects that were made
    Set<String> make(CompileWrapper wrapper, String... arguments) {
        return built(start(wrapper, arguments).await());
    }

    /// Returns the names of the objects that a successful make has made.
    static Set<String> built(Result result) {
        assertThat(result.exitCode()).as(result.all()).isZero();
        return result.out()
                .lines()
                .filter(line -> line.startsWith("built "))
                .map(line -> line.substring("built ".length()))
                .collect(Collectors.toSet());
    }

    /// Returns the digests of all objects and lists of dependencies, by their names.
    Map<String, String> outputs() throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.list(directory.resolve("o"))) {
            for (var file : files.toList()) {
                found.put(file.getFileName().toString(), Farm.sha256(file));
            }
        }
        return found;
    }

    /// Returns what a plain build would make of it as it is now, and leaves nothing made.
    Map<String, String> natively() throws IOException {
        make(CompileRunner.NATIVE, "clean");
        make(CompileRunner.NATIVE, "-j2");
        var outputs = outputs();
        make(CompileRunner.NATIVE, "clean");
        return outputs;
    }
}
