// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Asks programs for their versions, by running them. A program may be anything: it has little time, what it
/// prints is cut, it reads nothing, and it goes after all others that want the processor.
///
/// @param path where programs find further ones
/// @param directory where they run
/// @param patience how long each may take
record VersionProbe(String path, Path directory, Duration patience) {
    private static final int MAX_OUTPUT = 4096;
    private static final int PAUSE_MILLIS = 10;
    private static final Pattern VERSION = Pattern.compile(
            "[0-9]+(?:\\.[0-9]+)+(?:-?(?:rc|alpha|beta|dev|pre|snapshot)[.0-9]*|[a-z](?![a-zA-Z]))?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    /// Programs that do not know `--version`.
    private static final Map<String, String> OTHER_WORDS = Map.of("go", "version");

    /// Programs that start further ones to answer, or take seconds.
    private static final Set<String> NOT_ASKED = Set.of("bazel", "gradle");

    /// Returns the version that a program says it has; empty if it says none.
    Optional<String> ask(String name, Path program) throws InterruptedException {
        if (NOT_ASKED.contains(name)) {
            return Optional.empty();
        }
        try {
            var builder = new ProcessBuilder(
                    "nice", "-n", "19", program.toString(), OTHER_WORDS.getOrDefault(name, "--version"));
            builder.environment().clear();
            builder.environment().putAll(Map.of("PATH", path, "LANG", "C", "HOME", directory.toString()));
            builder.directory(directory.toFile()).redirectErrorStream(true);
            return version(
                    output(builder.redirectInput(Path.of("/dev/null").toFile()).start()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Returns the first words of a process. It has ended then, with all that it started.
    private String output(Process process) throws IOException, InterruptedException {
        var end = System.nanoTime() + patience.toNanos();
        var output = new byte[MAX_OUTPUT];
        var length = 0;
        try (var from = process.getInputStream()) {
            while (true) {
                var over = !process.isAlive() || System.nanoTime() > end;
                var ready = Math.min(from.available(), MAX_OUTPUT - length);
                if (ready > 0) {
                    length += from.read(output, length, ready);
                } else if (over || length == MAX_OUTPUT) {
                    return new String(output, 0, length, StandardCharsets.UTF_8);
                } else {
                    process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /// Returns the version in what a program prints: on the first line with a number, the first number with a
    /// dot, else the first.
    static Optional<String> version(String output) {
        var line = output.lines().filter(each -> NUMBER.matcher(each).find()).findFirst();
        return line.flatMap(text -> {
            var dotted = VERSION.matcher(text);
            if (dotted.find()) {
                return Optional.of(dotted.group());
            }
            var number = NUMBER.matcher(text);
            return number.find() ? Optional.of(number.group()) : Optional.empty();
        });
    }
}
