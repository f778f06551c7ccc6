// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Runs the real `git` in one directory, as the same person at the same time, without anybody's configuration.
record Git(Path directory) {
    /// Makes a repository with the branch `main`; skips the test where there is no `git`.
    static Git init(Path directory, String... options) throws IOException {
        assumeTrue(isInstalled(), "git is not installed");
        Files.createDirectories(directory);
        var git = new Git(directory);
        var arguments = new ArrayList<>(List.of("init", "-q", "-b", "main"));
        arguments.addAll(Arrays.asList(options));
        git.run(arguments.toArray(String[]::new));
        return git;
    }

    /// Runs `git` with these arguments and returns what it prints, without the last line end.
    String run(String... arguments) {
        return new String(bytes(arguments), UTF_8).stripTrailing();
    }

    byte[] bytes(String... arguments) {
        var command = new ArrayList<>(List.of("git", "-c", "protocol.file.allow=always"));
        command.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("GIT_"));
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        for (var role : List.of("AUTHOR", "COMMITTER")) {
            environment.put("GIT_" + role + "_NAME", "Ada");
            environment.put("GIT_" + role + "_EMAIL", "ada@example.org");
            environment.put("GIT_" + role + "_DATE", "2026-01-02T03:04:05Z");
        }
        try {
            var errors = Files.createTempFile("git", ".err");
            builder.redirectError(errors.toFile());
            var process = builder.start();
            process.getOutputStream().close();
            var output = process.getInputStream().readAllBytes();
            var code = process.waitFor();
            var said = Files.readString(errors);
            Files.delete(errors);
            if (code != 0) {
                throw new IllegalStateException("git %s: exit code %d: %s".formatted(command, code, said));
            }
            return output;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Git write(String path, String content) throws IOException {
        var file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return this;
    }

    Git link(String path, String target) throws IOException {
        Files.createSymbolicLink(directory.resolve(path), Path.of(target));
        return this;
    }

    Git mode(String path, String permissions) throws IOException {
        Files.setPosixFilePermissions(directory.resolve(path), PosixFilePermissions.fromString(permissions));
        return this;
    }

    /// Commits everything and returns the commit.
    String commit(String subject) {
        run("add", "-A");
        run("commit", "-q", "--allow-empty", "-m", subject);
        return run("rev-parse", "HEAD");
    }

    private static boolean isInstalled() {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "git")));
    }
}
