// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import build.steading.it.Program.Result;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// One user's Steading for one test class: a home of its own, a place for repositories, and commands to type.
///
/// When the class is done, the process is stopped, nothing of it may be left, and all files are removed.
final class Farm implements BeforeAllCallback, AfterAllCallback {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AtomicInteger directories = new AtomicInteger();
    private final String name;
    private final List<String> prefix;
    private Path top = Distribution.TOP;

    Farm() {
        this.name = "home";
        this.prefix = List.of();
    }

    /// One of several users for whom somebody else clears up.
    ///
    /// @param top where homes and repositories are
    /// @param name of the home
    /// @param prefix what each command begins with
    Farm(Path top, String name, List<String> prefix) {
        this.top = top;
        this.name = name;
        this.prefix = List.copyOf(prefix);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Distribution.launcher();
        top = Distribution.TOP.resolve(context.getRequiredTestClass().getSimpleName());
        remove(top);
        Files.createDirectories(top);
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        stop();
        awaitNoProcess(home().toString());
        remove(top);
    }

    Path home() {
        return top.resolve(name);
    }

    /// Returns a new empty directory that commands in the sandbox can look into.
    Path directory(String kind) throws IOException {
        return Files.createDirectories(top.resolve(name + "-" + kind + directories.incrementAndGet()));
    }

    Repository repository(String kind) throws IOException {
        return Repository.create(directory(kind));
    }

    /// Starts `steading` with these arguments.
    Program start(Path directory, String... arguments) {
        return start(directory, Map.of(), arguments);
    }

    Program start(Path directory, Map<String, String> environment, String... arguments) {
        var command = new ArrayList<>(prefix);
        command.add(Distribution.launcher().toString());
        command.addAll(List.of(arguments));
        var all = new HashMap<>(environment);
        all.putIfAbsent("STEADING_HOME", home().toString());
        return Program.start(directory, all, command);
    }

    Result run(Path directory, String... arguments) {
        return start(directory, arguments).await();
    }

    Result run(Repository repository, String... arguments) {
        return run(repository.directory(), arguments);
    }

    /// Runs a command that must succeed.
    Result ok(Repository repository, String... arguments) {
        var result = run(repository, arguments);
        assertThat(result.exitCode()).as(result.all()).isZero();
        return result;
    }

    /// Begins a build without waiting for it.
    ///
    /// @return its number
    String detached(Repository repository, String... arguments) {
        var all = new ArrayList<>(List.of("build", "--detach"));
        all.addAll(List.of(arguments));
        return ok(repository, all.toArray(String[]::new)).out().strip();
    }

    /// Runs a command that prints JSON. Its exit code is the caller's business.
    JsonNode json(Repository repository, String... arguments) {
        return json(run(repository, arguments));
    }

    /// Returns the one JSON value that a command has printed.
    static JsonNode json(Result result) {
        try (var parser = JSON.createParser(result.out())) {
            JsonNode value = JSON.readTree(parser);
            assertThat(value).as(result.all()).isNotNull();
            assertThat(parser.nextToken()).as(result.all()).isNull();
            return value;
        } catch (IOException e) {
            throw new AssertionError(result.all(), e);
        }
    }

    /// Builds and returns what became of it.
    JsonNode build(Repository repository, String... arguments) {
        var all = new ArrayList<>(List.of("build", "--json"));
        all.addAll(List.of(arguments));
        return json(repository, all.toArray(String[]::new));
    }

    JsonNode show(String build) {
        return json(new Repository(top), "show", "--json", build);
    }

    /// Waits until a task prints this word: from then on it is known to run.
    void awaitPrinted(String build, String word) {
        await("`%s` from build %s".formatted(word, build))
                .atMost(Program.PATIENCE)
                .until(() -> run(top, "log", build).out().contains(word));
    }

    /// Returns the background process, if one serves.
    Optional<ProcessHandle> process() throws IOException {
        var file = home().resolve("run/process.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return ProcessHandle.of(JSON.readTree(file.toFile()).get("pid").asLong());
    }

    /// Kills the background process as a lack of memory would, and waits until it is gone.
    void kill() throws IOException {
        var process = process().orElseThrow();
        process.destroyForcibly();
        await().atMost(Program.PATIENCE).until(() -> gone(process.pid()));
    }

    /// Whether nothing is left but, perhaps, what a parent has not asked for.
    static boolean gone(long pid) throws IOException {
        try {
            return Files.readString(Path.of("/proc/%d/stat".formatted(pid))).contains(") Z ");
        } catch (NoSuchFileException _) {
            return true;
        }
    }

    void stop() {
        run(top, "stop");
    }

    /// Returns the processes of this machine with `mark` in their command lines. A child that is about to become
    /// another program, and still is what its parent is, does not count.
    static List<String> processes(String mark) throws IOException {
        var found = new ArrayList<String>();
        try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : all) {
                try {
                    var line = commandLine(process);
                    if (line.contains(mark) && !isParents(line, process)) {
                        found.add(process.getFileName() + " " + line.replace('\0', ' '));
                    }
                } catch (IOException _) {
                    // It has ended meanwhile.
                }
            }
        }
        return found;
    }

    private static String commandLine(Path process) throws IOException {
        return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    }

    /// Returns whether a process's parent, the fourth field of proc_pid_stat(5), has this command line.
    private static boolean isParents(String line, Path process) throws IOException {
        var stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        var parent =
                process.resolveSibling(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3)[1]);
        try {
            return line.equals(commandLine(parent));
        } catch (IOException _) {
            // It has ended meanwhile, or is none that can be seen from here.
            return false;
        }
    }

    /// Waits until no process has `mark` in its command line.
    static void awaitNoProcess(String mark) {
        await("end of all processes with `%s`".formatted(mark))
                .atMost(Program.PATIENCE)
                .until(() -> processes(mark), List::isEmpty);
    }

    /// Returns the digest of a file, in hex.
    static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var all = Files.walk(directory)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
