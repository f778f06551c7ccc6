// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compiles the same in two checkouts.
class SharingTest extends Compiling {
    private static final String SOURCE = """
        #include <assert.h>
        #include "a.h"
        #include "../lib/b.h"
        int f(int x) { assert(x > A + B); return x; }
        const char *name = __FILE__;
        """;

    /// Returns a project with the same files in another directory.
    private Path checkout(String name) throws Exception {
        directory = Files.createDirectories(temporary.toRealPath().resolve(name).resolve("deep/project"));
        write("src/a.c", SOURCE);
        write("include/a.h", "#define A 1\n");
        write("lib/b.h", "#define B 2\n");
        write("lib/link.h", "");
        Files.createDirectories(directory.resolve("out"));
        return directory;
    }

    private void compileInBoth(String line) throws Exception {
        checkout("one");
        assertNative(line);
        checkout("two");
        assertNative(line);
    }

    /// The farm knows an action that it has run.
    private void assertRan(int times) {
        assertThat(farm.ran).hasSize(times);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc -Iinclude -c src/a.c -o out/a.o",
                "gcc -Iinclude -O2 -Wall -MD -MP -c src/a.c -o out/a.o",
                "gcc -I include -S src/a.c",
                "gcc -Iinclude -Inowhere -c src/a.c"
            })
    void compileThatDoesNotSayWhereItRanIsOneForAllCheckouts(String line) throws Exception {
        compileInBoth(line);
        assertRan(1);
    }

    @Test
    void messagesOfBothAreNative() throws Exception {
        checkout("one");
        write("src/a.c", SOURCE + "int g(void) { int unused; return C; }\n");
        assertNative("gcc -Wall -Iinclude -c src/a.c");
        checkout("two");
        write("src/a.c", SOURCE + "int g(void) { int unused; return C; }\n");
        assertNative("gcc -Wall -Iinclude -c src/a.c");
        // What fails is not remembered.
        assertThat(farm.ran.get(1)).isEqualTo(farm.ran.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc -g -Iinclude -c src/a.c -o out/a.o",
                "gcc --coverage -frandom-seed=1 -Iinclude -c src/a.c -o out/a.o"
            })
    void compileThatSaysWhereItRanStaysThere(String line) throws Exception {
        compileInBoth(line);
        assertRan(2);
    }

    @Test
    void absoluteNamesStay() throws Exception {
        for (var name : new String[] {"one", "two"}) {
            var here = checkout(name);
            assertNative("gcc -I" + here + "/include -c src/a.c");
            assertThat(farm.command(farm.ran.getLast()).getWorkingDirectory())
                    .isEqualTo(here.toString().substring(1));
        }
    }

    @Test
    void absoluteNameInASourceStays() throws Exception {
        var here = checkout("one");
        write("src/a.c", "#include \"" + here + "/lib/b.h\"\nint b = B;\n");
        assertNative("gcc -c src/a.c");
        assertThat(farm.command(farm.ran.getLast()).getWorkingDirectory())
                .isEqualTo(here.toString().substring(1));
    }

    @Test
    void linksInsideAreFollowedAndAbsoluteOnesStay() throws Exception {
        for (var name : new String[] {"one", "two"}) {
            checkout(name);
            Files.createSymbolicLink(directory.resolve("headers"), Path.of("include"));
            assertNative("gcc -Iheaders -c src/a.c");
        }
        assertRan(1);
        for (var name : new String[] {"three", "four"}) {
            checkout(name);
            Files.createSymbolicLink(directory.resolve("headers"), directory.resolve("include"));
            assertNative("gcc -Iheaders -c src/a.c");
        }
        assertRan(3);
    }

    @Test
    void outputsBesideTheWorkingDirectoryAreShared() throws Exception {
        for (var name : new String[] {"one", "two"}) {
            checkout(name);
            directory = directory.resolve("src");
            assertNative("gcc -I../include -c a.c -o ../out/a.o");
        }
        assertRan(1);
    }
}
