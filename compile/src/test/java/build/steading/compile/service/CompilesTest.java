// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compiles exactly as compilers do.
class CompilesTest extends Compiling {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc -Iinclude -c a.c",
                "gcc -Iinclude -O2 -g -c a.c -o out/b.o",
                "gcc -Iinclude -S a.c",
                "gcc -Iinclude -c a.c -MD -MF out/x.d",
                "gcc -Iinclude -g -gsplit-dwarf -c a.c -o out/b.o",
                "gcc -Iinclude --coverage -frandom-seed=1 -fstack-usage -c a.c -o out/b.o",
                "gcc -Iinclude -Wall -Wextra -c warn.c",
                "gcc -Iinclude -c bad.c -o out/b.o",
                "gcc -Iinclude -Wmissing-include-dirs -Inowhere -c a.c",
                "g++ -Iinclude -c a.cc",
                "clang -Iinclude -g -c a.c -MMD -o out/b.o",
                "clang -Iinclude -c bad.c -o out/b.o",
                "gcc -Iinclude -g -c a.c -o ../other/a.o -MD"
            })
    void filesAndMessagesAreNative(String line) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin", Lines.words(line).getFirst())), line);
        write("warn.c", "#include \"a.h\"\nint g(int unused) { int x; return A; }\n");
        write("bad.c", "#include \"a.h\"\nint g(void) { return B; }\n");
        write("a.cc", "#include <vector>\n#include \"a.h\"\nint g() { return std::vector<int>(A).size(); }\n");
        Files.createDirectory(directory.resolve("out"));
        Files.createDirectory(directory.resolve("../other"));
        assertNative(line);
    }

    @Test
    void whatCannotBeDoneExactlyGoesHomeWithItsReason() throws Exception {
        write("time.c", "const char *t = __TIME__;\n");
        write("bin.c", "__asm__(\".incbin \\\"a.c\\\"\");\n");
        write("computed.c", "#include NAME(x)\n");
        assertHome("gcc -c a.c --unknown-option", "unknown option");
        assertHome("gcc -Iinclude -c a.c -o no/a.o", "output name");
        assertHome("gcc -Iinclude -c a.c -MD -MF a.o", "output name");
        assertHome("gcc -c time.c", "time of compiling");
        assertHome("gcc -c bin.c", "input of the assembler");
        assertHome("gcc -c computed.c", "unclear include");
        assertHome("gcc -c nothing.c", "unclear include");
        assertHome("gcc a.c", "link");
        assertHome("gcc -c @/dev/stdin", "response file");
        assertHome("gcc -c a.c", "missing file");
        assertThat(compiles.statistics().how(directory + "/no/a.o"))
                .contains("compiled here, because of: output name: no/a.o");
        assertThat(compiles.statistics().counts().local()).isEqualTo(10);
        assertThat(compiles.statistics().counts().failed()).isZero();
        assertThat(compiles.statistics().counts().trouble()).isEmpty();
        assertThat(compiles.statistics().counts().reasons()).containsEntry("output name", 2L);
    }

    @Test
    void dateThatIsGivenIsNoHindranceToGcc() throws Exception {
        write("time.c", "const char *t = __DATE__ __TIME__;\n");
        environment.put("SOURCE_DATE_EPOCH", "1000000000");
        assertNative("gcc -c time.c");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/clang")), "There is no `clang`");
        assertHome("clang -c time.c", "time of compiling");
    }

    @Test
    void farmThatCannotCompileIsAFailureWithAPlaceAtHome() throws Exception {
        unable = Optional.of("No room");
        compiles = compiles();
        var one = home("gcc -Iinclude -c a.c -oa.o");
        assertThat(one).hasToString("no farm: No room");
        assertThat(one.failed()).isTrue();
        assertThat(one.slot()).isNotSameAs(HomeSlot.NONE);
        one.slot().close();
        assertThat(compiles.statistics().counts().failed()).isEqualTo(1);
        assertThat(compiles.statistics().counts().trouble()).isEqualTo("no farm: No room");
        assertThat(compiles.statistics().how(directory + "/a.o"))
                .contains("compiled here, because of: no farm: No room");
    }

    @Test
    void callerThatHasGoneGetsNothingWrittenWhetherTheResultIsKnownOrNot() throws Exception {
        assertNative("gcc -Iinclude -c a.c -o known.o");
        Files.delete(directory.resolve("known.o"));
        var before = files();
        handover = () -> {
            throw new InterruptedException("gone");
        };

        assertThatThrownBy(() -> compile("gcc -Iinclude -c a.c -o known.o")).hasMessage("gone");
        assertThatThrownBy(() -> compile("gcc -Iinclude -c a.c -MD -o new.o")).hasMessage("gone");

        assertThat(farm.ran).hasSize(2);
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void directoryIsCalledAsItsUserCallsIt() throws Exception {
        var link = Files.createSymbolicLink(temporary.toRealPath().resolve("link"), directory);
        environment.put("PWD", link.toString());
        assertNative("gcc -Iinclude -g -c a.c");
        assertThat(arguments()).startsWith("/usr/bin/env", "PWD=" + link, "gcc");
        assertThat(variables()).doesNotContainKey("PWD");
        environment.put("PWD", temporary.toString());
        assertNative("gcc -Iinclude -g -c a.c");
        assertThat(arguments()).startsWith("gcc");
        environment.put("PWD", directory.toString());
        assertNative("gcc -Iinclude -g -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void variablesThatMakeNoDifferenceAreLeftOut() throws Exception {
        environment.putAll(Map.of("HOME", "/secret", "TERM", "xterm", "COLUMNS", "80", "LC_ALL", "C"));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(variables()).containsOnlyKeys("PATH", "LC_ALL");
    }

    @Test
    void responseFilesAreRead() throws Exception {
        write("args", "-Iinclude -DX=\"a b\"\n-c a.c");
        assertNative("gcc @args");
        assertThat(arguments()).contains("-DX=a b");
        write("args", "-Iinclude -DX=2 -c a.c");
        assertNative("gcc @args");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void umaskIsThatOfTheCaller() throws Exception {
        umask = 077;
        assertNative("gcc -Iinclude -c a.c -MD");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("a.o"))))
                .isEqualTo("rw-------");
        Files.delete(directory.resolve("a.d"));
        umask = 0;
        assertNative("gcc -Iinclude -c a.c -MD");
        assertThat(farm.ran).hasSize(1);
    }

    @Test
    void linksAndPrecompiledInputsAreThereToo() throws Exception {
        Files.createSymbolicLink(directory.resolve("real"), Path.of("include"));
        Files.createSymbolicLink(directory.resolve("b.c"), directory.resolve("a.c"));
        write("forced.h", "#include \"real/../include/a.h\"\n");
        assertNative("gcc -include forced.h -Ireal -g -c b.c");
    }
}
