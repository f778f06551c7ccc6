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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A project that is compiled by the compilers of this machine, in a farm that has nothing but what it is given,
/// and beside that as if there were no farm.
abstract class Compiling {
    @TempDir
    Path temporary;

    final LosingBlobs blobs = new LosingBlobs();
    final Map<String, String> environment = new TreeMap<>(Map.of("PATH", "/usr/bin:/bin"));
    Path directory = Path.of("");
    Optional<String> unable = Optional.empty();
    Optional<Entrance> entrance = Optional.empty();
    boolean isFarm;
    int umask = 022;
    TypedCommand.Mode mode = TypedCommand.Mode.FARM;
    Handover handover = () -> {};
    RealFarm farm = new RealFarm(blobs, Path.of(""));
    Compiles compiles = compiles();

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

    Compiles compiles() {
        var files = FileTable.looking(blobs);
        return new Compiles(
                new Compiles.Parts(
                        files,
                        new Toolchains(path -> files.look(path.toString())),
                        blobs,
                        blobs,
                        new Trees(blobs, 1 << 20),
                        farm,
                        "me"),
                new Compiles.Settings(2, "linux", "x86_64", isFarm, unable, entrance));
    }

    List<String> arguments() {
        return farm.command(farm.ran.getLast()).getArgumentsList();
    }

    Map<String, String> variables() {
        var variables = new TreeMap<String, String>();
        farm.command(farm.ran.getLast())
                .getEnvironmentVariablesList()
                .forEach(variable -> variables.put(variable.getName(), variable.getValue()));
        return variables;
    }

    Digest digest(String name) throws IOException {
        return Digest.of(Files.readAllBytes(directory.resolve(name)));
    }

    void write(String name, String text) throws IOException {
        var file = directory.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, text);
    }

    Answer compile(String line) throws InterruptedException {
        var words = Lines.words(line);
        return compiles.compile(
                new TypedCommand(
                        words, "/usr/bin/" + words.getFirst(), directory.toString(), environment, umask, false, mode),
                handover);
    }

    Answer.Home home(String line) throws InterruptedException {
        return (Answer.Home) compile(line);
    }

    void assertHome(String line, String reason) throws Exception {
        var before = files();
        assertThat(compile(line)).as(line).isInstanceOfSatisfying(Answer.Home.class, home -> {
            assertThat(home.reason()).as(home.toString()).isEqualTo(reason);
            assertThat(home.failed()).isFalse();
        });
        assertThat(files()).isEqualTo(before);
    }

    /// Compiles here, forgets that, and compiles by the farm.
    void assertNative(String line) throws Exception {
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
    Map<String, String> files() throws IOException {
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
