// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.log.LogFormat;
import build.steading.log.LogReader;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstErrorTest {
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    private void print(Source source, String text) {
        log.writeBytes(LogFormat.encode(new LogRecord(source, Instant.EPOCH, ByteString.copyFromUtf8(text))));
    }

    private Excerpt excerpt() throws IOException {
        try (var reader = new LogReader(new ByteArrayInputStream(log.toByteArray()))) {
            return FirstError.in(reader);
        }
    }

    private String firstError(String text) throws IOException {
        print(Source.STDOUT, text);
        var found = excerpt();
        return found.lines().get(found.error().orElseThrow());
    }

    @Test
    void gccNamesThePlace() throws IOException {
        assertThat(firstError("""
            gcc -O2 -Wall -Werror=format -c -o lapi.o lapi.c
            gcc -O2 -Wall -Werror=format -c -o ldo.o ldo.c
            ldo.c: In function 'luaD_throw':
            ldo.c:112:7: warning: unused variable 'error' [-Wunused-variable]
              112 |   int error;
                  |       ^~~~~
            ldo.c:118:21: error: 'lua_State' has no member named 'errorJump'
              118 |   if (L->errorJump) {
                  |        ^~
            make[1]: *** [Makefile:120: ldo.o] Error 1
            make: *** [Makefile:55: all] Error 2
            """)).isEqualTo("ldo.c:118:21: error: 'lua_State' has no member named 'errorJump'");
        assertThat(excerpt().error()).hasValue(6);
        assertThat(excerpt().first()).isEqualTo(1);
        assertThat(excerpt().lines()).hasSize(11).last().asString().startsWith("make: ***");
    }

    @Test
    void coloursOfClangAreTakenAway() throws IOException {
        assertThat(firstError("""
            \u001b[1mmain.cc:3:10: \u001b[0m\u001b[0;1;31mfatal error: \u001b[0m\u001b[1m'x.h' file not found\u001b[0m
            #include "x.h"
            \u001b[0;1;32m         ^~~~~
            """)).isEqualTo("main.cc:3:10: fatal error: 'x.h' file not found");
    }

    @Test
    void linkerIsQuotedBeforeTheCompilerThatCalledIt() throws IOException {
        assertThat(firstError("""
            gcc -o lua lua.o liblua.a -lm
            /usr/bin/ld: lua.o: in function `pmain':
            lua.c:(.text+0x1a3): undefined reference to `luaL_openlibs'
            collect2: error: ld returned 1 exit status
            """)).contains("undefined reference to `luaL_openlibs'");
    }

    @Test
    void javacAndMavenAreUnderstood() throws IOException {
        assertThat(firstError("""
            Note: Some input files use unchecked or unsafe operations.
            src/main/java/a/Errors.java:12: error: cannot find symbol
                var x = foo();
                        ^
            """)).startsWith("src/main/java/a/Errors.java:12: error:");
    }

    @Test
    void sphinxIsUnderstood() throws IOException {
        assertThat(firstError("""
            Running Sphinx v5.3.0
            loading pickled environment... done
            building [html]: targets for 1 source files that are out of date
            reading sources... [ 50%] index\r\
            reading sources... [100%] usage
            /src/doc/usage.rst:7: ERROR: Unknown directive type "cod-block".
            """)).endsWith("ERROR: Unknown directive type \"cod-block\".");
        assertThat(excerpt().lines())
                .contains("reading sources... [100%] usage")
                .noneMatch(line -> line.contains("50%"));
    }

    @Test
    void pytestIsQuotedWhereTheAssertionIs() throws IOException {
        assertThat(firstError("""
            ============================= test session starts ==============================
            collected 4 items

            test_errors.py .F..                                                      [100%]

            =================================== FAILURES ===================================
            __________________________________ test_error __________________________________

                def test_error():
            >       assert parse("x") == 1
            E       assert None == 1
            E        +  where None = parse('x')

            test_errors.py:9: AssertionError
            =========================== short test summary info ============================
            FAILED test_errors.py::test_error - assert None == 1
            """)).isEqualTo("E       assert None == 1");
        assertThat(excerpt().first()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "make: *** No rule to make target 'lua.o', needed by 'all'.  Stop.",
                "gmake[2]: *** [CMakeFiles/x.dir/build.make:76: x.o] Error 1",
                "ninja: error: loading 'build.ninja': No such file or directory",
                "CMake Error at CMakeLists.txt:3 (find_package):",
                "configure: error: no acceptable C compiler found in $PATH",
                "[ERROR] COMPILATION ERROR :",
                "error[E0382]: borrow of moved value: `v`",
                "error: could not compile `app` due to previous error",
                "./main.go:5:2: undefined: fmt.Printn",
                "src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
                "cc1: error: unrecognized command-line option '-fno'",
                "Traceback (most recent call last):",
                "ERROR: test_parse (tests.TestParse)",
                "Exception in thread \"main\" java.lang.IllegalStateException",
                "lua: lapi.c:90: index2value: Assertion `o != NULL' failed.",
                "==1234==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010",
                " 3/12 Test  #3: parse ............................***Failed    0.01 sec",
                "not ok 3 - it parses",
                "Warning, treated as error:",
                "Sphinx error:",
                "! LaTeX Error: File `nice.sty' not found.",
                "sh: 1: bison: not found",
                "/bin/sh: line 3: flex: command not found",
                "npm ERR! code ELIFECYCLE",
                "Segmentation fault (core dumped)",
                "g++: internal compiler error: Killed (program cc1plus)",
            })
    void errorsOfManyToolsAreRecognised(String line) throws IOException {
        assertThat(firstError("all is well\n" + line + "\n")).isEqualTo(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc -Werror -c error.c",
                "checking for error_at_line... yes",
                "0 errors, 0 failed",
                "ldo.c:112:7: warning: unused variable 'error'",
                "make: [Makefile:3: clean] Error 1 (ignored)",
                "Compiling error v0.1.0",
                "test errors::parse ... ok",
                "ok 4 - no error",
                "[INFO] Tests run: 3, Failures: 0, Errors: 0",
                "-- Looking for strerror - found",
            })
    void whatOnlyMentionsErrorsIsNone(String line) throws IOException {
        print(Source.STDOUT, line + "\n");

        assertThat(excerpt().error()).isEmpty();
    }

    @Test
    void withoutAnErrorTheLastLinesAreShown() throws IOException {
        print(
                Source.STDOUT,
                IntStream.rangeClosed(1, 100).mapToObj(n -> "line " + n + "\n").collect(Collectors.joining()));
        print(Source.STDOUT, "the end");

        assertThat(excerpt().lines()).hasSize(FirstError.LAST).last().isEqualTo("the end");
        assertThat(excerpt().first()).isEqualTo(72);
        assertThat(excerpt().error()).isEmpty();
    }

    @Test
    void surroundingsAreBoundedOnBothSides() throws IOException {
        var around = "quiet\n".repeat(50);
        print(Source.STDOUT, around + "a.c:1:1: error: first\n" + around + "a.c:2:1: error: second\n");

        assertThat(excerpt().lines()).hasSize(FirstError.BEFORE + 1 + FirstError.AFTER);
        assertThat(excerpt().error()).hasValue(FirstError.BEFORE);
        assertThat(excerpt().first()).isEqualTo(50 - FirstError.BEFORE + 1);
    }

    @Test
    void linesOfTwoStreamsDoNotCutEachOther() throws IOException {
        print(Source.STDOUT, "compil");
        print(Source.STDERR, "a.c:1:1: er");
        print(Source.STDOUT, "ing\n");
        print(Source.STDERR, "ror: no\n");

        assertThat(excerpt().lines()).containsExactly("compiling", "a.c:1:1: error: no");
    }

    @Test
    void endlessLineIsCutAndBadBytesAreShownAsSuch() throws IOException {
        print(Source.STDOUT, "ä".repeat(500_000));
        log.writeBytes(LogFormat.encode(new LogRecord(
                Source.STDERR, Instant.EPOCH, ByteString.copyFrom(new byte[] {'x', (byte) 0xff, 0, 7, '\t', 'y'}))));

        assertThat(excerpt().lines().getFirst())
                .hasSize(LogLines.MAX_CHARACTERS + 1)
                .endsWith("…");
        assertThat(excerpt().lines().getLast()).isEqualTo("x\ufffd\ty");
    }

    @Test
    void directionMarksAndTitlesAreTakenAway() throws IOException {
        print(Source.STDOUT, "\u001b]0;title\u0007a\u202eb\u001b]8;;http://x\u001b\\c\u001b(B\n");

        assertThat(excerpt().lines()).containsExactly("abc");
    }

    @Test
    void emptyLogHasNoLines() throws IOException {
        assertThat(excerpt().lines()).isEmpty();
    }
}
