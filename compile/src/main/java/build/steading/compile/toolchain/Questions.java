// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Asks the programs of a compiler about themselves. They run as the compile would, but in plain English, with
/// nothing to read, and no longer than a limit.
final class Questions {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /// Sets the first argument apart from the program, as only a shell or `execve` does, and bounds the output.
    private static final String SCRIPT = "ulimit -f 4096; exec \"$0\" \"$@\"";

    private final Call call;
    private final Duration limit;

    Questions(Call call) {
        this(call, LIMIT);
    }

    Questions(Call call, Duration limit) {
        this.call = call;
        this.limit = limit;
    }

    /// What came of one.
    ///
    /// @param text what was written to the stream that was asked for
    record Answer(int exit, String text) {}

    /// Returns what the compiler writes to standard output, without white space around it.
    ///
    /// @throws NotUsableException if it fails
    String ask(String... arguments) throws NotUsableException {
        var answer = run(call.name(), call.directory(), false, List.of(arguments));
        if (answer.exit() != 0) {
            throw new NotUsableException(
                    "`%s %s` ends with %d", call.program(), String.join(" ", arguments), answer.exit());
        }
        return answer.text().strip();
    }

    /// Returns what the compiler writes to standard error.
    Answer askLoudly(String directory, List<String> arguments) throws NotUsableException {
        return run(call.name(), directory, true, arguments);
    }

    /// Returns what another program writes to standard output.
    ///
    /// @param program an absolute name
    Answer askOther(String program, List<String> arguments) throws NotUsableException {
        return run(program, "/", false, arguments);
    }

    private Answer run(String name, String directory, boolean error, List<String> arguments) throws NotUsableException {
        try {
            var output = Files.createTempFile("steading-toolchain", null);
            try {
                var builder = builder(name, directory, arguments);
                var file = ProcessBuilder.Redirect.to(output.toFile());
                builder.redirectOutput(error ? ProcessBuilder.Redirect.DISCARD : file);
                builder.redirectError(error ? file : ProcessBuilder.Redirect.DISCARD);
                var exit = await(builder.start(), name);
                return new Answer(exit, new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new NotUsableException("`%s` cannot be asked: %s", name, e);
        }
    }

    private ProcessBuilder builder(String name, String directory, List<String> arguments) {
        var command = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, name));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
                .directory(Path.of(directory).toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().clear();
        builder.environment().put("PATH", call.path());
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    private int await(Process process, String name) throws NotUsableException {
        try {
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
            throw new NotUsableException("`%s` does not answer within %d s", name, limit.toSeconds());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new NotUsableException("`%s` was not asked to the end", name);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
