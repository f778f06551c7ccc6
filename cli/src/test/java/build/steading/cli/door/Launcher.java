// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A distribution made for a test, with the real launcher in C, and the processes that it starts.
final class Launcher {
    private final Path directory;
    private final Path home;
    private final List<Path> distributions = new ArrayList<>();
    private String defines = "";

    /// How a program ended.
    record Result(int exitCode, String out, String err) {}

    Launcher(Path directory, Path home) {
        this.directory = directory;
        this.home = home;
    }

    /// Sets what the launchers are compiled with from now on.
    void define(String options) {
        defines = options;
    }

    Path home() {
        return home;
    }

    /// Compiles the launcher into a distribution of its own. Skips the test where there is no C compiler.
    ///
    /// @param options of the virtual machine
    Path distribution(String buildId, String... options) throws IOException, InterruptedException {
        var distribution = Files.createDirectories(directory.resolve("dist-" + buildId));
        var binary = distribution.resolve("steading");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/cc")), "No C compiler");
        var compile = run(List.of(
                "/bin/sh",
                "-c",
                "exec cc -std=c11 -Wall -Wextra -Werror $1 -o \"$0\" src/main/c/*.c",
                binary.toString(),
                defines));
        if (compile.exitCode() != 0) {
            throw new IOException(compile.err());
        }
        var lines = new ArrayList<>(List.of("1.2.3", buildId, java(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        lines.addAll(List.of(options));
        lines.addAll(List.of("-cp", System.getProperty("java.class.path"), TestCommands.class.getName()));
        Files.write(distribution.resolve("steading.launch"), lines);
        distributions.add(binary);
        return binary;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /// Returns the launcher, ready to be started with our home.
    ProcessBuilder command(Path binary, String... arguments) {
        var command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(arguments));
        return prepared(command);
    }

    Result shell(String script, String... arguments) throws IOException, InterruptedException {
        return finish(shellProcess(script, arguments));
    }

    Process shellProcess(String script, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("/bin/bash", "-c", script));
        command.addAll(List.of(arguments));
        return prepared(command).start();
    }

    Result run(Path binary, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private Result run(List<String> command) throws IOException, InterruptedException {
        return finish(prepared(command).start());
    }

    private ProcessBuilder prepared(List<String> command) {
        // Whoever runs tests in the background has them ignore signals, and what they start as well.
        var heedful = new ArrayList<>(List.of("/usr/bin/env", "--default-signal=INT,HUP,QUIT,TERM"));
        heedful.addAll(command);
        var builder = new ProcessBuilder(heedful);
        builder.environment().put("STEADING_HOME", home.toString());
        return builder;
    }

    /// Takes what the program prints until it ends.
    static Result finish(Process process) throws IOException, InterruptedException {
        var err = new ArrayList<String>();
        var reader = Thread.ofVirtual().start(() -> {
            try {
                err.add(new String(process.getErrorStream().readAllBytes(), UTF_8));
            } catch (IOException e) {
                err.add(e.toString());
            }
        });
        var out = new String(process.getInputStream().readAllBytes(), UTF_8);
        reader.join();
        return new Result(process.waitFor(), out, err.getFirst());
    }

    /// Returns the background process, if one serves.
    Optional<ProcessHandle> process() throws IOException {
        var file = home.resolve("run/process.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var pid = Files.readString(file).replaceFirst("(?s).*\"pid\": (\\d+).*", "$1");
        return ProcessHandle.of(Long.parseLong(pid));
    }

    /// Returns whether nothing of a process is left but, perhaps, what its parent has not asked for.
    static boolean gone(ProcessHandle process) {
        var state = Path.of("/proc/%d/stat".formatted(process.pid()));
        try {
            return !process.isAlive() || Files.readString(state).contains(") Z ");
        } catch (IOException _) {
            return true;
        }
    }

    static void awaitGone(ProcessHandle process) {
        while (!gone(process)) {
            Thread.onSpinWait();
        }
    }

    /// Kills the background process as `kill -9` does, and waits until it is gone.
    void kill() throws IOException {
        var process = process().orElseThrow();
        process.destroyForcibly();
        awaitGone(process);
    }

    /// Ends the background process, and those that wait to take its place: launchers that came between two
    /// processes have started them.
    void stop() throws IOException, InterruptedException {
        if (!distributions.isEmpty()) {
            run(distributions.getFirst(), "stop");
        }
        for (var process : ProcessHandle.allProcesses().filter(this::isOurs).toList()) {
            process.destroyForcibly();
            awaitGone(process);
        }
    }

    private boolean isOurs(ProcessHandle process) {
        try {
            var line = Files.readString(Path.of("/proc/%d/cmdline".formatted(process.pid())), ISO_8859_1);
            return List.of(line.split("\0", -1)).contains(home.toString());
        } catch (IOException _) {
            // It has gone meanwhile.
            return false;
        }
    }
}
