// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.it.CompileOutcome.Step;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Runs one case, natively and wrapped, always in the same directory: its name is in what compilers make.
final class CompileRunner {
    static final CompileWrapper NATIVE = new CompileWrapper("", Path.of("/nonexistent"), Map.of());

    private final CompileCase given;
    private final Path directory;
    private final Path user;
    private final Path temporary;
    private FileTree initial = new FileTree(Collections.emptySortedMap());

    /// @param top where the directories of all cases are
    CompileRunner(Path top, CompileCase given) {
        this.given = given;
        this.directory = top.resolve("cases").resolve(given.id());
        this.user = top.resolve("user");
        this.temporary = top.resolve("tmp");
    }

    /// Makes what the case begins with, and runs it.
    CompileOutcome runAnew(CompileWrapper wrapper) throws IOException, InterruptedException {
        setUp();
        return outcome(wrapper);
    }

    /// Runs the case once more. What it began with stays untouched, if the last run has left it alone.
    CompileOutcome runAgain(CompileWrapper wrapper) throws IOException, InterruptedException {
        var now = FileTree.of(directory);
        if (!now.entries().entrySet().containsAll(initial.entries().entrySet())) {
            return runAnew(wrapper);
        }
        var made = now.entries().keySet().stream()
                .filter(name -> !initial.entries().containsKey(name))
                .sorted(Comparator.reverseOrder())
                .toList();
        for (var name : made) {
            Files.delete(directory.resolve(name));
        }
        return outcome(wrapper);
    }

    /// Skips the case if the machine lacks what it needs.
    void checkNeeds(CompileWrapper wrapper) throws IOException, InterruptedException {
        for (var program : given.needs()) {
            Assumptions.assumeTrue(installed(program), "There is no `%s` on the PATH".formatted(program));
        }
        if (!given.when().isEmpty()) {
            Files.createDirectories(directory);
            var checked = step(wrapper, given.when());
            Assumptions.assumeTrue(checked.exitCode() == 0, "`%s` fails".formatted(given.when()));
        }
    }

    void remove() throws IOException, InterruptedException {
        run(new ProcessBuilder("rm", "-rf", directory.toString()));
    }

    static boolean installed(String program) {
        return find(program).isPresent();
    }

    /// Returns where a program is on the `PATH`.
    static Optional<Path> find(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(place -> Path.of(place, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private void setUp() throws IOException, InterruptedException {
        remove();
        for (var each : List.of(directory, user, temporary)) {
            Files.createDirectories(each);
        }
        for (var file : given.files().entrySet()) {
            var path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        if (!given.make().isEmpty()) {
            var made = step(NATIVE, given.make());
            assertThat(made.exitCode()).as(made.err()).isZero();
        }
        initial = FileTree.of(directory);
    }

    private CompileOutcome outcome(CompileWrapper wrapper) throws IOException, InterruptedException {
        var steps = new ArrayList<Step>();
        for (var script : given.runs()) {
            steps.add(step(wrapper, script));
        }
        try (var left = Files.list(temporary)) {
            return new CompileOutcome(
                    steps,
                    left.map(path -> path.getFileName().toString()).sorted().toList());
        }
    }

    private Step step(CompileWrapper wrapper, String script) throws IOException, InterruptedException {
        var out = user.resolveSibling("stdout");
        var err = user.resolveSibling("stderr");
        var builder = new ProcessBuilder("/bin/sh", "-c", script)
                .directory(directory.toFile())
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        var environment = builder.environment();
        environment.clear();
        environment.putAll(wrapper.variables());
        environment.put("PATH", System.getenv("PATH"));
        environment.put("HOME", user.toString());
        environment.put("TMPDIR", temporary.toString());
        environment.put("LC_ALL", "C.UTF-8");
        var exitCode = run(builder);
        return new Step(
                exitCode, Files.readString(out, ISO_8859_1), Files.readString(err, ISO_8859_1), FileTree.of(directory));
    }

    private static int run(ProcessBuilder builder) throws IOException, InterruptedException {
        var process = builder.start();
        try {
            assertThat(process.waitFor(Program.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .as("`%s` is done within %s", builder.command(), Program.PATIENCE)
                    .isTrue();
            return process.exitValue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
