// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A program under way, all that it prints taken in the background. It is killed when it is not done in time.
final class Program {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final CompletableFuture<String> out;
    private final CompletableFuture<String> err;

    /// How a program ended.
    record Result(int exitCode, String out, String err) {
        /// Returns what the program printed in both ways, for messages.
        String all() {
            return "exit code %d%n%s%s".formatted(exitCode, out, err);
        }
    }

    private Program(Process process) {
        this.process = process;
        this.out = taken(process.getInputStream());
        this.err = taken(process.getErrorStream());
    }

    static Program start(Path directory, Map<String, String> environment, List<String> command) {
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        try {
            var process = builder.start();
            process.getOutputStream().close();
            return new Program(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Result run(Path directory, Map<String, String> environment, List<String> command) {
        return start(directory, environment, command).await();
    }

    private static CompletableFuture<String> taken(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return new String(stream.readAllBytes(), UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                // Who reads from a pipe blocks a virtual thread's carrier, of which there are as many as
                // processors.
                reading -> Thread.ofPlatform().daemon().name("program-read").start(reading));
    }

    long pid() {
        return process.pid();
    }

    boolean running() {
        return process.isAlive();
    }

    void signal(String name) {
        var sent = run(Path.of("/"), Map.of(), List.of("/bin/sh", "-c", "kill -%s %d".formatted(name, pid())));
        if (sent.exitCode() != 0) {
            throw new IllegalStateException(sent.all());
        }
    }

    Result await() {
        return await(PATIENCE);
    }

    Result await(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("`%s` was not done within %s: %s%s"
                        .formatted(process.info().commandLine().orElse("?"), patience, out.join(), err.join()));
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
