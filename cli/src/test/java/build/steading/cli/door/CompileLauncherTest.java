// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.cli.door.Launcher.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `steading cc` by the launcher in C, with a process that says what a test wants, and a compiler that only tells
/// how it was called.
@Timeout(60)
class CompileLauncherTest {
    private static final String COMPILER = """
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        int main(int count, char *arguments[]) {
            for (int i = 0; i < count; i++) {
                printf("%s%s", i ? "|" : "", strlen(arguments[i]) < 1000 ? arguments[i] : "long");
                for (int c; i > 0 && !strcmp(arguments[i], "-") && (c = getchar()) != EOF;) {
                    putchar(c);
                }
            }
            puts("");
            return getenv("CODE") ? atoi(getenv("CODE")) : 0;
        }
        """;

    @TempDir
    static Path shared;

    private static Path steading;

    @TempDir
    Path directory;

    private Launcher launcher;
    private Path home;

    @BeforeAll
    static void compile() throws Exception {
        var launcher = new Launcher(shared, shared.resolve("unused"));
        launcher.define("-DSILENCE_LIMIT_MS=2000");
        steading = launcher.distribution("b1");
        Files.createDirectories(shared.resolve("bin"));
        Files.createDirectories(shared.resolve("masquerade"));
        Files.writeString(shared.resolve("compiler.c"), COMPILER);
        assertThat(launcher.shell("cd $0 && cc -o bin/gcc compiler.c && ln -s gcc bin/g++", shared.toString())
                        .err())
                .isEmpty();
        Files.createSymbolicLink(shared.resolve("masquerade/gcc"), steading);
        Files.createSymbolicLink(shared.resolve("masquerade/only-here"), steading);
    }

    @BeforeEach
    void prepare() {
        home = directory.resolve("home");
        launcher = new Launcher(directory, home);
    }

    /// Runs a script of bash that calls the launcher `$S`, finds compilers in `$B`, and links to the launcher in
    /// `$M`.
    private Result script(String script) throws IOException, InterruptedException {
        var setting = "S=$0 B=$1/bin M=$1/masquerade; PATH=$B:$PATH; cd $2; ";
        return launcher.shell(setting + script, steading.toString(), shared.toString(), directory.toString());
    }

    private static Frame text(FrameType type, String text) {
        return new Frame(type, UTF_8.encode(text));
    }

    private static Frame exit(int code) {
        return Conversation.exit(code, false);
    }

    @Nested
    class WithoutAsking {
        @Test
        void whatIsNoCompileIsTheCompilersAtOnce() throws Exception {
            try (var process = FakeProcess.answering(home, FakeProcess.welcome(), exit(9))) {
                assertThat(script("$S cc gcc a.o -o a; $S cc g++ -E a.c; $S cc gcc; $S cc gcc @")
                                .out())
                        .isEqualTo("gcc|a.o|-o|a\ng++|-E|a.c\ngcc\ngcc|@\n");
                assertThat(process.wasAsked()).isFalse();
            }
        }

        @Test
        void argumentsThatAreNoTextReachTheCompilerAsTheyAre() throws Exception {
            try (var process = FakeProcess.answering(home, FakeProcess.welcome(), exit(9))) {
                var broken =
                        "$'\\xff' $'\\xc0\\x80' $'\\xed\\xa0\\x80' $'\\xf4\\x90\\x80\\x80' $'\\xe2\\x82' $'a\\x80'";
                var seen = script(
                        "for a in %s; do $S cc gcc -c $a | od -An -tx1 | tr -d ' \\n'; echo; done".formatted(broken));
                assertThat(seen.out().lines().map(line -> line.substring(14, line.length() - 2)))
                        .containsExactly("ff", "c080", "eda080", "f4908080", "e282", "6180");
                assertThat(process.wasAsked()).isFalse();
            }
        }

        @Test
        void variableKeepsEverythingHere() throws Exception {
            try (var process = FakeProcess.answering(home, FakeProcess.welcome(), exit(9))) {
                assertThat(script("export STEADING_CC=local; CODE=7 $S cc gcc -c a.c"))
                        .isEqualTo(new Result(7, "gcc|-c|a.c\n", ""));
                assertThat(process.wasAsked()).isFalse();
            }
        }

        @Test
        void variableOfUnknownValueIsRefused() throws Exception {
            assertThat(script("STEADING_CC=fast $S cc gcc -c a.c"))
                    .isEqualTo(new Result(
                            2,
                            "",
                            "steading: `STEADING_CC` is `fast`: `local`, `farm`, `refresh` and `strict` are"
                                    + " allowed\n"));
        }

        @Test
        void compilerThatIsNowhereIsReportedAsByAShell() throws Exception {
            assertThat(script("$S cc gcc-nope -c a.c"))
                    .isEqualTo(new Result(127, "", "steading: gcc-nope: not found\n"));
            assertThat(script("$S cc ./gcc-nope a.c"))
                    .isEqualTo(new Result(127, "", "steading: ./gcc-nope: No such file or directory\n"));
            assertThat(script("mkdir gcc-nope; PATH=.:$PATH; $S cc gcc-nope -c a.c; $S cc '' -c a.c"))
                    .isEqualTo(new Result(127, "", "steading: gcc-nope: not found\nsteading: : not found\n"));
            assertThat(script("mkdir x; echo >x/gcc-x; PATH=x:/nonexistent; $S cc gcc-x -c a.c"))
                    .isEqualTo(new Result(126, "", "steading: gcc-x: permission denied\n"));
        }

        @Test
        void launcherInTheCompilersPlaceFindsTheCompilerBehindIt() throws Exception {
            var compiler = shared.resolve("bin/gcc");
            assertThat(script("PATH=$M:$PATH; gcc a.o; $S cc gcc b.o; $S cc $M/gcc c.o; $M/gcc d.o")
                            .out())
                    .isEqualTo("%1$s|a.o\n%1$s|b.o\n%1$s|c.o\n%1$s|d.o\n".formatted(compiler));
            assertThat(script("PATH=$M:$PATH; only-here a.o"))
                    .isEqualTo(new Result(127, "", "steading: only-here: not found\n"));
        }

        @Test
        void launchersOfOthersAreNoCompilersEither() throws Exception {
            assertThat(script("mkdir o p; echo '#!/bin/false' >o/steading; chmod +x o/steading; ln -s"
                                    + " ../o/steading p/gcc; ln $S p/g++; PATH=p:$PATH; $S cc gcc a.o; $S cc g++"
                                    + " a.o")
                            .out())
                    .isEqualTo("%1$s/gcc|a.o\n%1$s/g++|a.o\n".formatted(shared.resolve("bin")));
        }
    }

    @Nested
    class Asking {
        @Test
        void exitCodeAndOutputAreTheFarms() throws Exception {
            try (var process = FakeProcess.answering(
                    home,
                    FakeProcess.welcome(),
                    text(FrameType.STDERR, "warning\n"),
                    new PayloadWriter().frame(FrameType.WORKING),
                    text(FrameType.STDOUT, "code\n"),
                    exit(3))) {
                assertThat(script("$S cc gcc -O2 -c a.c -o a.o")).isEqualTo(new Result(3, "code\n", "warning\n"));

                var hello = process.hello();
                assertThat(hello.buildId()).isEmpty();
                assertThat(hello.cwd()).isEqualTo(directory.toString());
                assertThat(hello.arguments()).containsExactly("cc", "gcc", "-O2", "-c", "a.c", "-o", "a.o");
                assertThat(hello.environment()).contains("STEADING_COMPILER=" + shared.resolve("bin/gcc"));
            }
        }

        @Test
        void compilerIsNamedAsItWasAndFoundWhereItIs() throws Exception {
            try (var process = FakeProcess.answering(home, FakeProcess.welcome(), exit(0))) {
                script("export STEADING_COMPILER=/other; PATH=$M:$PATH; gcc -c a.c; $M/gcc -S a.c; cd $B/..; $S cc"
                        + " bin/g++ @f");
                assertThat(process.hello().arguments()).containsExactly("cc", "gcc", "-c", "a.c");
                assertThat(process.hello().arguments()).containsExactly("cc", "gcc", "-S", "a.c");
                var last = process.hello();
                assertThat(last.arguments()).containsExactly("cc", "bin/g++", "@f");
                assertThat(last.environment())
                        .contains("STEADING_COMPILER=" + shared.resolve("bin/g++"))
                        .doesNotContain("STEADING_COMPILER=/other");
            }
        }

        @Test
        void argumentsArriveAsTheyWereTyped() throws Exception {
            try (var process = FakeProcess.answering(home, FakeProcess.welcome(), exit(0))) {
                script("$S cc gcc -c '' $'a\\nb' 'ä€😀' '-DX=\"y z\"'");
                assertThat(process.hello().arguments())
                        .containsExactly("cc", "gcc", "-c", "", "a\nb", "ä€😀", "-DX=\"y z\"");
            }
        }

        @Test
        void longCommandLineArrives() throws Exception {
            try (var process = FakeProcess.answering(home, FakeProcess.welcome(), exit(0))) {
                var run = script("a=$(printf '%0100000d' 0); ulimit -s 65536; $S cc gcc -c " + "-D$a ".repeat(20));
                assertThat(run).isEqualTo(new Result(0, "", ""));
                assertThat(process.hello().arguments()).hasSize(23).endsWith("-D" + "0".repeat(100_000));
            }
        }

        @Test
        void megabytesOfOutputArriveWhole() throws Exception {
            var some = text(FrameType.STDERR, "x".repeat(1 << 20));
            try (var process = FakeProcess.leaving(home, FakeProcess.welcome(), some, some, some, exit(1))) {
                assertThat(script("$S cc gcc -c a.c 2>&1 | (sleep 0.2; wc -c); echo ${PIPESTATUS[0]}")
                                .out())
                        .isEqualTo("3145728\n1\n");
                assertThat(process.wasAsked()).isTrue();
            }
        }

        @Test
        void standardInputIsLeftToTheCompiler() throws Exception {
            try (var process = FakeProcess.answering(
                    home, FakeProcess.welcome(), Conversation.local(true, false, "standard input"))) {
                assertThat(script("echo 'int x;' | $S cc gcc -c -x c - -o a.o").out())
                        .isEqualTo("gcc|-c|-x|c|-int x;\n|-o|a.o\n");
                assertThat(process.wasAsked()).isTrue();
            }
        }

        @Test
        void killedLauncherHangsUp() throws Exception {
            try (var process = FakeProcess.answering(home, FakeProcess.welcome())) {
                var running = launcher.command(
                                steading, "cc", shared.resolve("bin/gcc").toString(), "-c", "a.c")
                        .start();
                process.hello();
                running.destroyForcibly();
                process.awaitHangup();
                assertThat(running.waitFor()).isEqualTo(137);
            }
        }
    }

    @Nested
    class Compiling {
        @Test
        void socketOutlivesTheLauncherIfTheProcessWantsToHearOfTheEnd() throws Exception {
            try (var process =
                    FakeProcess.answering(home, FakeProcess.welcome(), Conversation.local(true, false, "as decided"))) {
                var running = launcher.command(
                                steading, "cc", shared.resolve("bin/gcc").toString(), "-c", "-")
                        .start();
                process.hello();
                var out = running.getInputStream();
                running.getOutputStream().write('x');
                running.getOutputStream().flush();
                assertThat(process.wasLeft()).isFalse();
                running.getOutputStream().close();
                process.awaitHangup();
                assertThat(new String(out.readAllBytes(), UTF_8)).endsWith("|-c|-x\n");
            }
        }

        @Test
        void nothingOfTheFarmsOutputIsLeftWhenTheCompilerRuns() throws Exception {
            for (var last : List.of(
                    Conversation.local(false, true, "no worker"),
                    Conversation.stopping(false, "ends"),
                    new PayloadWriter().u32(1).frame(FrameType.READ))) {
                try (var process =
                        FakeProcess.leaving(home, FakeProcess.welcome(), text(FrameType.STDERR, "partial"), last)) {
                    assertThat(script("$S cc gcc -c a.c")).isEqualTo(new Result(0, "gcc|-c|a.c\n", ""));
                    assertThat(process.wasAsked()).isTrue();
                }
                Files.delete(home.resolve("run/door.sock"));
            }
        }

        @Test
        void streamThatEndsBeforeTheExitCodeIsNoAnswer() throws Exception {
            try (var process = FakeProcess.leaving(home, FakeProcess.welcome(), text(FrameType.STDERR, "partial"))) {
                assertThat(script("CODE=5 $S cc gcc -c a.c")).isEqualTo(new Result(5, "gcc|-c|a.c\n", ""));
                assertThat(process.wasAsked()).isTrue();
            }
        }

        @Test
        void refusalBeforeTheWelcomeIsNoAnswer() throws Exception {
            try (var process = FakeProcess.leaving(home, text(FrameType.STDERR, "too many\n"), exit(4))) {
                assertThat(script("$S cc gcc -c a.c")).isEqualTo(new Result(0, "gcc|-c|a.c\n", ""));
                assertThat(process.wasAsked()).isTrue();
            }
        }

        @Test
        void processThatIsSilentIsNotWaitedFor() throws Exception {
            try (var process = FakeProcess.answering(home)) {
                assertThat(script("$S cc gcc -c a.c").out()).isEqualTo("gcc|-c|a.c\n");
                process.awaitHangup();
            }
            Files.delete(home.resolve("run/door.sock"));
            try (var process = FakeProcess.answering(home, FakeProcess.welcome())) {
                assertThat(script("$S cc gcc -c a.c").out()).isEqualTo("gcc|-c|a.c\n");
                process.awaitHangup();
            }
        }

        @Test
        void missingHomeOrDirectoryHindersNoCompile() throws Exception {
            assertThat(script("unset HOME STEADING_HOME XDG_STATE_HOME; $S cc gcc -c a.c")
                            .out())
                    .isEqualTo("gcc|-c|a.c\n");
            assertThat(script("mkdir gone; cd gone; rmdir ../gone; $S cc gcc -c a.c")
                            .out())
                    .isEqualTo("gcc|-c|a.c\n");
        }
    }

    @Nested
    class Strictly {
        @Test
        void failureOfTheFarmIsAFailure() throws Exception {
            try (var process =
                    FakeProcess.leaving(home, FakeProcess.welcome(), Conversation.local(true, true, "no worker"))) {
                assertThat(script("STEADING_CC=strict $S cc gcc -c a.c"))
                        .isEqualTo(new Result(4, "", "steading: The farm did not compile this: no worker\n"));
                assertThat(process.wasAsked()).isTrue();
            }
        }

        @Test
        void decisionOfTheProcessIsNot() throws Exception {
            try (var process =
                    FakeProcess.leaving(home, FakeProcess.welcome(), Conversation.local(true, false, "as decided"))) {
                assertThat(script("STEADING_CC=strict $S cc gcc -c a.c; STEADING_CC=strict $S cc gcc a.o")
                                .out())
                        .isEqualTo("gcc|-c|a.c\ngcc|a.o\n");
                assertThat(process.wasAsked()).isTrue();
            }
        }

        @Test
        void processThatIsSilentIsAFailure() throws Exception {
            try (var process = FakeProcess.answering(home)) {
                assertThat(script("STEADING_CC=strict $S cc gcc -c a.c"))
                        .isEqualTo(new Result(4, "", "steading: The background process does not answer\n"));
                assertThat(process.wasAsked()).isTrue();
            }
        }
    }
}
