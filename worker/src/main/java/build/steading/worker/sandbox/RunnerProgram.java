// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Makes the runner from its C sources, once, with the machine's own compiler.
final class RunnerProgram {
    private static final List<String> SOURCES = List.of(
            "run.h",
            "child.c",
            "command.c",
            "init.c",
            "processes.c",
            "run.c",
            "sandbox.c",
            "spec.c",
            "standby.c",
            "view.c");
    private static final int COMPILE_SECONDS = 60;

    private RunnerProgram() {}

    /// Returns the program, in `directory`, under a name that follows from its sources.
    ///
    /// @throws SteadingException with `Unavailable` if it cannot be made
    static Path prepare(Path directory) {
        try {
            var program = directory.resolve("steading-run-" + version());
            if (!Files.isExecutable(program)) {
                compile(Files.createDirectories(directory), program);
            }
            return program;
        } catch (IOException e) {
            throw SteadingException.unavailable("The runner cannot be made in `%s`".formatted(directory), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SteadingException.unavailable("Interrupted while the runner was compiled", e);
        }
    }

    private static String version() throws IOException {
        var all = new ByteArrayOutputStream();
        for (var source : SOURCES) {
            all.writeBytes(source(source));
        }
        return Digest.of(all.toByteArray()).hash().substring(0, 16);
    }

    private static byte[] source(String name) throws IOException {
        try (var content = RunnerProgram.class.getResourceAsStream("runner/" + name)) {
            if (content == null) {
                throw new IOException("No resource `runner/%s`".formatted(name));
            }
            return content.readAllBytes();
        }
    }

    private static void compile(Path directory, Path program) throws IOException, InterruptedException {
        var work = Files.createTempDirectory(directory, "compile-");
        try {
            for (var name : SOURCES) {
                Files.write(work.resolve(name), source(name));
            }
            var made = work.resolve("steading-run");
            // A static program starts faster, but not every machine has the C library in that form.
            if (!cc(work, "-static").isEmpty()) {
                var errors = cc(work);
                if (!errors.isEmpty()) {
                    throw new SteadingException(new Failure.Unavailable("The runner cannot be compiled: " + errors));
                }
            }
            Files.move(made, program, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            try (var files = Files.newDirectoryStream(work)) {
                for (var file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(work);
        }
    }

    /// Returns what went wrong, or nothing.
    private static String cc(Path work, String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("cc", "-O2", "-o", "steading-run"));
        command.addAll(List.of(options));
        SOURCES.stream().filter(name -> name.endsWith(".c")).forEach(command::add);
        var log = work.resolve("log").toFile();
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(work.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start();
        } catch (IOException _) {
            throw new SteadingException(new Failure.Unavailable(
                    "There is no C compiler `cc` on this machine, which the worker needs once: install gcc or clang"));
        }
        if (!process.waitFor(COMPILE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return "The compiler took more than %d seconds".formatted(COMPILE_SECONDS);
        }
        if (process.exitValue() == 0) {
            return "";
        }
        var errors = Files.readString(log.toPath(), StandardCharsets.UTF_8).strip();
        return errors.isEmpty() ? "The compiler exited with %d".formatted(process.exitValue()) : errors;
    }
}
