// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A project of forty sources in C and C++ that share headers, built by `make`: objects and lists of dependencies
/// appear in `out`.
///
/// @param directory where it is, for whoever builds it: objects with debug information say so
/// @param mark in the command line of each compiler, and in each object
record FarmProject(Path directory, String mark) {
    static final int C_FILES = 36;
    static final int CPP_FILES = 4;
    static final int FILES = C_FILES + CPP_FILES;

    /// How many sources include `few.h`.
    static final int FEW = C_FILES / 6;

    private static final String MAKEFILE = """
        CC = gcc
        CXX = g++
        FLAGS = -O2 -g -Wall -Iinclude -MMD -MP -DMARK=$(MARK)
        OBJECTS = $(patsubst src/%,out/%.o,$(wildcard src/*.c src/*.cc))
        all: $(OBJECTS)
        out/%.c.o: src/%.c
        	$(CC) $(FLAGS) -c $< -o $@
        out/%.cc.o: src/%.cc
        	$(CXX) $(FLAGS) -c $< -o $@
        -include $(OBJECTS:.o=.d)
        """;

    /// Writes its files.
    static FarmProject write(Path directory, String mark) throws IOException {
        Required.program("gcc");
        Required.program("g++");
        Required.program("make");
        var project = new FarmProject(directory, mark);
        project.write("Makefile", "MARK = " + mark + "\n" + MAKEFILE);
        project.write("include/all.h", """
            #ifndef ALL_H
            #define ALL_H
            #include <stddef.h>
            #include <string.h>
            #define TEXT_OF(word) #word
            #define TEXT(word) TEXT_OF(word)
            static inline size_t length(const char *text) { return strlen(text) + strlen(TEXT(MARK)); }
            #endif
            """);
        project.write("include/few.h", "#include \"deep/deepest.h\"\n#define FEW DEEPEST\n");
        project.write("include/deep/deepest.h", "#define DEEPEST 1\n");
        for (int i = 0; i < C_FILES; i++) {
            project.write("src/c%02d.c".formatted(i), """
                #include "all.h"
                %s
                #ifndef FEW
                #define FEW 0
                #endif
                size_t c%d(const char *text) { return length(text) * (FEW + %d); }
                """.formatted(i % 6 == 0 ? "#include \"few.h\"" : "", i, i + 2));
        }
        for (int i = 0; i < CPP_FILES; i++) {
            project.write("src/p%02d.cc".formatted(i), """
                #include "all.h"
                #include <vector>
                std::vector<size_t> p%d(const char *text) { return std::vector<size_t>(length(text), %d); }
                """.formatted(i, i));
        }
        Files.createDirectories(directory.resolve("out"));
        return project;
    }

    void write(String path, String text) throws IOException {
        var file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /// Builds it without Steading, and leaves nothing behind.
    ///
    /// @return the digests of what was made, by their names
    Map<String, String> nativeObjects() throws IOException {
        var made = Program.run(directory, Map.of(), List.of("make", "-j2"));
        assertThat(made.exitCode()).as(made.all()).isZero();
        var objects = objects();
        clean();
        return objects;
    }

    /// Returns the digests of what there is in `out`, by names.
    Map<String, String> objects() throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.newDirectoryStream(directory.resolve("out"))) {
            for (var file : files) {
                found.put(file.getFileName().toString(), Farm.sha256(file));
            }
        }
        return found;
    }

    int objectCount() throws IOException {
        try (var files = Files.newDirectoryStream(directory.resolve("out"), "*.o")) {
            int count = 0;
            for (var _ : files) {
                count++;
            }
            return count;
        }
    }

    void clean() throws IOException {
        Farm.remove(directory.resolve("out"));
        Files.createDirectories(directory.resolve("out"));
    }

    /// Begins to build it on the user's farm.
    Program start(Farm user, Map<String, String> environment, String... more) {
        var command = new ArrayList<>(List.of("make", "-j8"));
        for (var compiler : List.of("CC=%s cc gcc", "CXX=%s cc g++")) {
            command.add(compiler.formatted(Distribution.launcher()));
        }
        command.addAll(List.of(more));
        var all = new TreeMap<>(environment);
        all.put("STEADING_HOME", user.home().toString());
        return Program.start(directory, all, command);
    }

    /// Builds it on the user's farm, or some of it.
    void make(Farm user, String... more) {
        assertMade(start(user, Map.of(), more).await());
    }

    static void assertMade(Program.Result made) {
        assertThat(made.exitCode()).as(made.all()).isZero();
        assertThat(made.err()).isEmpty();
    }

    /// Neither a file of ours is left in the tree, nor a compiler at work.
    void assertTidy() throws IOException {
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(".steading")))
                    .isEmpty();
        }
        Farm.awaitNoProcess("MARK=" + mark);
    }
}
