// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A git repository with a working tree, used by the git program alone.
///
/// @param directory top of the working tree
record Repository(Path directory) {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_SYSTEM", "/dev/null",
            "GIT_AUTHOR_NAME", "Ada",
            "GIT_AUTHOR_EMAIL", "ada@example.org",
            "GIT_COMMITTER_NAME", "Ada",
            "GIT_COMMITTER_EMAIL", "ada@example.org");

    /// Makes an empty repository whose branch is `main`.
    static Repository create(Path directory) throws IOException {
        Required.program("git");
        var repository = new Repository(Files.createDirectories(directory));
        repository.git("init", "-q", "-b", "main");
        return repository;
    }

    /// Runs git and returns what it printed, without the line's end.
    String git(String... arguments) {
        var command = new ArrayList<>(List.of("git", "-c", "protocol.file.allow=always"));
        command.addAll(List.of(arguments));
        var result = Program.run(directory, ENVIRONMENT, command);
        assertThat(result.exitCode()).as(result.all()).isZero();
        return result.out().strip();
    }

    /// Writes a file of the working tree.
    Repository write(String path, String text) throws IOException {
        var file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    Repository executable(String path) throws IOException {
        Files.setPosixFilePermissions(directory.resolve(path), PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    /// Commits the whole working tree.
    ///
    /// @return the new commit
    String commit(String subject) {
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", subject);
        return git("rev-parse", "HEAD");
    }

    Path path(String path) {
        return directory.resolve(path);
    }
}
