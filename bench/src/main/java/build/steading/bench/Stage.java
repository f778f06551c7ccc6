// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Where a benchmark takes place: the checkout under test, a directory of its own, and a farm of its own below
/// that. Not thread-safe.
final class Stage implements AutoCloseable {
    /// Linux has counted CPU time for user space in these units on every machine for twenty years.
    private static final double TICKS_PER_MILLI = 0.1;

    private static final Pattern PID = Pattern.compile("\"pid\"\\s*:\\s*(\\d+)");

    private final Path steading;
    private final Path timer;
    private final Path directory;
    private final Map<String, String> environment = new HashMap<>();

    /// @param checkout a built one
    /// @param timer the program `timer`
    Stage(Path checkout, Path timer, Path directory) throws IOException {
        this.steading = checkout.resolve("steading");
        this.timer = timer;
        this.directory = Files.createDirectories(directory);
        environment.put("STEADING_HOME", directory.resolve("home").toString());
        environment.put("STEADING_LAUNCHER", "");
        environment.put("STEADING_SANDBOX", "");
    }

    /// What one kind of command took, in milliseconds.
    record Timing(Samples wall, Samples cpu) {}

    Path directory() {
        return directory;
    }

    Path steading() {
        return steading;
    }

    /// Returns the distribution that the farm runs from.
    Path distribution() {
        return steading.resolveSibling("cli/target/dist");
    }

    Path example(String name) {
        return steading.resolveSibling("examples").resolve(name);
    }

    /// Returns the Java that the benchmarks themselves run on.
    Path java() {
        return Path.of(System.getProperty("java.home"), "bin/java");
    }

    /// Sets a variable of what is run from now on.
    Stage with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /// Makes a repository with these files, all committed.
    Path repository(String name, Map<String, String> files) throws IOException, InterruptedException {
        var root = Files.createDirectories(directory.resolve(name));
        for (var file : files.entrySet()) {
            var path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        commit(root);
        return root;
    }

    void commit(Path root) throws IOException, InterruptedException {
        in(root, "git", "init", "-q", "-b", "main");
        in(root, "git", "add", "-A");
        in(root, "git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "Begin");
    }

    /// Runs a command to its good end and returns what it printed.
    String in(Path workDirectory, String... command) throws IOException, InterruptedException {
        return run(workDirectory, List.of(command));
    }

    String run(Path workDirectory, List<String> command) throws IOException, InterruptedException {
        var log = directory.resolve("errors.txt");
        var process =
                builder(workDirectory, command).redirectError(log.toFile()).start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + Files.readString(log));
        }
        return output;
    }

    ProcessBuilder builder(Path workDirectory, List<String> command) {
        var builder = new ProcessBuilder(command).directory(workDirectory.toFile());
        builder.environment().putAll(environment);
        return builder;
    }

    /// Runs a command again and again, `warmups` times unmeasured. `%d` in it becomes the number of the run.
    Timing time(Path workDirectory, int warmups, int runs, String... command) throws IOException, InterruptedException {
        return alternate(workDirectory, warmups, runs, List.of(List.of(command)))
                .getFirst();
    }

    /// Runs commands in turns, so that they meet the same noise. Returns what each took.
    List<Timing> alternate(Path workDirectory, int warmups, int runs, List<List<String>> commands)
            throws IOException, InterruptedException {
        var lines = run(workDirectory, timer(warmups, runs, commands)).lines().toList();
        var timings = new ArrayList<Timing>();
        for (var i = 0; i < commands.size(); i++) {
            timings.add(timing(lines, i, commands.size()));
        }
        return timings;
    }

    /// Returns the command that measures commands.
    List<String> timer(int warmups, int runs, List<List<String>> commands) {
        var line = new ArrayList<>(List.of(timer.toString(), Integer.toString(warmups), Integer.toString(runs)));
        for (var command : commands) {
            line.addAll(command);
            line.add("::");
        }
        line.removeLast();
        return line;
    }

    /// Reads what `timer` prints: every `step`-th line from `first` on.
    static Timing timing(List<String> lines, int first, int step) {
        var wall = new ArrayList<Double>();
        var cpu = new ArrayList<Double>();
        for (var i = first; i < lines.size(); i += step) {
            var parts = lines.get(i).split(" ", -1);
            wall.add(Long.parseLong(parts[0]) / 1e3);
            cpu.add(Long.parseLong(parts[1]) / 1e3);
        }
        return new Timing(new Samples(wall), new Samples(cpu));
    }

    /// Runs a command of Steading.
    String steading(Path workDirectory, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(steading.toString()));
        command.addAll(List.of(arguments));
        return run(workDirectory, command);
    }

    /// Returns a line of the background process's `/proc/PID/status`, in KiB, for instance `VmRSS`.
    long processKib(String line) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            return lines.filter(each -> each.startsWith(line + ":"))
                    .mapToLong(each -> Long.parseLong(each.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// Returns how much CPU time the background process has used, in milliseconds, without its children.
    double processCpu() throws IOException {
        return cpu(pid());
    }

    /// Returns how much CPU time a process has used, in milliseconds, without its children.
    static double cpu(long pid) throws IOException {
        var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_MILLI;
    }

    /// Returns the background process of whoever acts here, also if he is a member of a farm of others.
    private long pid() throws IOException {
        var file = Path.of(environment.getOrDefault("STEADING_HOME", ""), "run/process.json");
        return PID.matcher(Files.readString(file))
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .findFirst()
                .orElseThrow();
    }

    void stop() throws IOException, InterruptedException {
        steading(directory, "stop");
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Programs.delete(directory);
    }
}
