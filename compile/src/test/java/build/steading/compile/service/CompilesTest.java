// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.compile.files.FileTable;
import build.steading.compile.toolchain.Toolchains;
import build.steading.digest.Digest;
import build.steading.tree.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compiles with the compilers of this machine, in a farm that has nothing but what it is given.
class CompilesTest {
    @TempDir
    Path temporary;

    private final LosingBlobs blobs = new LosingBlobs();
    private final Map<String, String> environment = new TreeMap<>(Map.of("PATH", "/usr/bin:/bin"));
    private Path directory = Path.of("");
    private Optional<String> unable = Optional.empty();
    private int umask = 022;
    private boolean refresh;
    private RealFarm farm = new RealFarm(blobs, Path.of(""));
    private Compiles compiles = compiles();

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "There is no `gcc`");
        assumeTrue(RealFarm.isPossible(), "Bubblewrap does not run here");
        directory = Files.createDirectories(temporary.toRealPath().resolve("project"));
        farm = new RealFarm(blobs, Files.createDirectory(temporary.resolve("farm")));
        compiles = compiles();
        write("a.c", "#include \"a.h\"\nint f(void) { return A; }\nconst char *name = __FILE__;\n");
        write("include/a.h", "#include <stddef.h>\n#define A 1\n");
    }

    private Compiles compiles() {
        var files = new FileTable(blobs);
        return new Compiles(
                new Compiles.Parts(
                        files,
                        new Toolchains(path -> files.look(path.toString())),
                        blobs,
                        new Trees(blobs, 1 << 20),
                        farm,
                        "me"),
                new Compiles.Settings(2, "linux", "x86_64", false, unable));
    }

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
    void sameCompileIsAnsweredWithoutTheFarm() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.requests).hasSize(1);
        var counts = compiles.statistics().counts();
        assertThat(counts.remote()).isEqualTo(1);
        assertThat(counts.hits()).isEqualTo(1);
        assertThat(counts.shared()).isZero();
        assertThat(counts.local()).isZero();
        assertThat(counts.compiles()).isEqualTo(2);
        assertThat(counts.outputBytes()).isEqualTo(2 * Files.size(directory.resolve("a.o")));
        assertThat(compiles.statistics().how(directory + "/a.o")).contains("known here");
    }

    @Test
    void otherProcessIsAnsweredByTheFarm() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        compiles = compiles();
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(1);
        assertThat(compiles.statistics().counts().shared()).isEqualTo(1);
        assertThat(compiles.statistics().how(directory + "/a.o")).contains("known to the farm");
    }

    @Test
    void editedHeaderIsSeen() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        write("include/a.h", "#define A 2\n");
        assertNative("gcc -Iinclude -c a.c");
        write("include/a.h", "#define A 3\n");
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).doesNotHaveDuplicates().hasSize(3);
    }

    @Test
    void newHeaderEarlierOnThePathIsSeen() throws Exception {
        Files.createDirectory(directory.resolve("first"));
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        write("first/a.h", "#define A 5\n");
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void headerInPlaceOfADirectoryIsSeen() throws Exception {
        Files.createDirectories(directory.resolve("first/a.h"));
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        Files.delete(directory.resolve("first/a.h"));
        write("first/a.h", "#define A 5\n");
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void directoryOfHeadersThatAppearsIsSeen() throws Exception {
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        write("first/a.h", "#define A 5\n");
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void linkThatLeadsElsewhereIsSeen() throws Exception {
        write("other/a.h", "#define A 7\n");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("include"));
        assertNative("gcc -Ilink -c a.c");
        Files.delete(directory.resolve("link"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("other"));
        assertNative("gcc -Ilink -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void directoryThatIsNoLongerAnotherOneIsSeen() throws Exception {
        write("a.c", "#include <n.h>\nint f(void) { return N; }\n");
        var next = "#if __has_include_next(<n.h>)\n#define N 2\n#else\n#define N 1\n#endif\n";
        write("one/n.h", next);
        write("two/n.h", next);
        Files.createSymbolicLink(directory.resolve("link"), Path.of("one"));
        assertNative("gcc -Ione -Ilink -c a.c");
        Files.delete(directory.resolve("link"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("two"));
        assertNative("gcc -Ione -Ilink -c a.c");
    }

    @Test
    void directoryThatBecomesAnotherOneIsSeen() throws Exception {
        write("a.c", "#include <n.h>\nint f(void) { return N; }\n");
        var next = "#if __has_include_next(<n.h>)\n#define N 2\n#else\n#define N 1\n#endif\n";
        write("one/n.h", next);
        write("two/n.h", next);
        assertNative("gcc -Ione -Itwo -c a.c");
        Files.move(directory.resolve("two"), directory.resolve("three"));
        Files.createSymbolicLink(directory.resolve("two"), Path.of("one"));
        assertNative("gcc -Ione -Itwo -c a.c");
    }

    @Test
    void directoryThatIsMadeAnewIsTheSame() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        Files.move(directory.resolve("include"), directory.resolve("old"));
        Files.createDirectory(directory.resolve("include"));
        Files.copy(directory.resolve("old/a.h"), directory.resolve("include/a.h"));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.requests).hasSize(1);
    }

    @Test
    void touchedFilesAreTheSame() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        Files.setLastModifiedTime(directory.resolve("include/a.h"), FileTime.from(Instant.EPOCH));
        Files.setLastModifiedTime(directory.resolve("a.c"), FileTime.from(Instant.EPOCH));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.requests).hasSize(1);
    }

    @Test
    void resultThatHasGoneFromTheStoreIsMadeAgain() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        blobs.lose(digest("a.o"));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
        assertThat(compiles.statistics().counts().local()).isZero();
    }

    @Test
    void inputsThatHaveGoneFromTheStoreAreBroughtAgain() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        blobs.lose(digest("include/a.h"));
        blobs.lose(Digest.of(Files.readAllBytes(Path.of("/usr/bin/gcc"))));
        blobs.lose(digest("a.o"));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
        assertThat(compiles.statistics().counts().local()).isZero();
    }

    @Test
    void refreshedCompileRunsAgain() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        refresh = true;
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
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
        assertThat(compiles.statistics().how(directory + "/no/a.o")).contains("compiled here, because of: output name: no/a.o");
        assertThat(compiles.statistics().counts().local()).isEqualTo(10);
        assertThat(compiles.statistics().counts().failed()).isZero();
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
        assertThat(compiles.statistics().how(directory + "/a.o"))
                .contains("compiled here, because of: no farm: No room");
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

    private List<String> arguments() {
        return farm.command(farm.ran.getLast()).getArgumentsList();
    }

    private Map<String, String> variables() {
        var variables = new TreeMap<String, String>();
        farm.command(farm.ran.getLast())
                .getEnvironmentVariablesList()
                .forEach(variable -> variables.put(variable.getName(), variable.getValue()));
        return variables;
    }

    private Digest digest(String name) throws IOException {
        return Digest.of(Files.readAllBytes(directory.resolve(name)));
    }

    private void write(String name, String text) throws IOException {
        var file = directory.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, text);
    }

    private Answer compile(String line) throws InterruptedException {
        var words = Lines.words(line);
        return compiles.compile(new TypedCommand(
                words, "/usr/bin/" + words.getFirst(), directory.toString(), environment, umask, false, refresh));
    }

    private Answer.Home home(String line) throws InterruptedException {
        return (Answer.Home) compile(line);
    }

    private void assertHome(String line, String reason) throws Exception {
        var before = files();
        assertThat(compile(line)).as(line).isInstanceOfSatisfying(Answer.Home.class, home -> {
            assertThat(home.reason()).as(home.toString()).isEqualTo(reason);
            assertThat(home.failed()).isFalse();
        });
        assertThat(files()).isEqualTo(before);
    }

    /// Compiles here, forgets that, and compiles by the farm.
    private void assertNative(String line) throws Exception {
        var before = files();
        var out = temporary.resolve("stdout").toFile();
        var err = temporary.resolve("stderr").toFile();
        var words = new ArrayList<>(List.of("/bin/sh", "-c", "umask %o; exec \"$0\" \"$@\"".formatted(umask)));
        words.addAll(Lines.words(line));
        var builder = new ProcessBuilder(words).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        var exit = builder.redirectOutput(out).redirectError(err).start().waitFor();
        var made = files();
        for (var file : made.keySet()) {
            if (!before.containsKey(file) || !made.get(file).equals(before.get(file))) {
                Files.delete(directory.resolve(file));
            }
        }
        for (var file : before.keySet()) {
            if (!made.containsKey(file) || file.endsWith(".o") || file.endsWith(".d")) {
                Files.deleteIfExists(directory.resolve(file));
            }
        }
        var answer = compile(line);
        assertThat(answer).as(line).isInstanceOf(Answer.Done.class);
        var done = (Answer.Done) answer;
        assertThat(done.stdout().toStringUtf8()).isEqualTo(Files.readString(out.toPath()));
        assertThat(done.stderr().toStringUtf8()).isEqualTo(Files.readString(err.toPath()));
        assertThat(done.exitCode()).isEqualTo(exit);
        assertThat(files()).as(line).isEqualTo(made);
    }

    /// Returns modes and contents of all files but the farm's.
    private Map<String, String> files() throws IOException {
        var files = new TreeMap<String, String>();
        var other = directory.resolveSibling("other");
        for (var root : Files.exists(other) ? List.of(directory, other) : List.of(directory)) {
            try (var all = Files.walk(root)) {
                for (var file : all.filter(Files::isRegularFile).toList()) {
                    var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                    files.put(directory.relativize(file).toString(), mode + Digest.of(Files.readAllBytes(file)));
                }
            }
        }
        return files;
    }
}
