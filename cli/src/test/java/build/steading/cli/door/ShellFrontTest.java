// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.cli.door.Launcher.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `./steading` in a checkout made of the files that it looks at, on a machine with hardly any program.
@Timeout(30)
class ShellFrontTest {
    private static final List<String> PROGRAMS = List.of("sed", "readlink", "mkdir");

    @TempDir
    Path directory;

    private Path checkout;
    private Path path;

    @BeforeEach
    void prepare() throws IOException {
        checkout = Files.createDirectories(directory.resolve("checkout"));
        Files.copy(Path.of("../steading"), checkout.resolve("steading"));
        executable(checkout.resolve("steading"));
        path = Files.createDirectories(directory.resolve("bin"));
        for (var program : PROGRAMS) {
            Files.writeString(path.resolve(program), "#!/bin/sh\nexec /usr/bin/%s \"$@\"\n".formatted(program));
            executable(path.resolve(program));
        }
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Lays down what a build of `commit` leaves behind.
    private void built(String commit) throws IOException {
        var dist = Files.createDirectories(checkout.resolve("cli/target/dist"));
        Files.writeString(dist.resolve("steading.launch"), "1\nb1\n/bin/java\n");
        Files.writeString(dist.resolve("built-from"), commit + "\n");
        Files.writeString(dist.resolve("steading"), "#!/bin/sh\necho launched \"$@\"\n");
        executable(dist.resolve("steading"));
    }

    private void checkedOut(String head, String file, String content) throws IOException {
        var git = checkout.resolve(".git");
        Files.createDirectories(git.resolve(file).getParent());
        Files.writeString(git.resolve("HEAD"), head + "\n");
        Files.writeString(git.resolve(file), content + "\n");
    }

    private Result run(Path program, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", path.toString()));
        return Launcher.finish(builder.start());
    }

    private Result run() throws IOException, InterruptedException {
        return run(checkout.resolve("steading"), "a b", "c");
    }

    @Test
    void everythingMissingIsNamedOnALineOfItsOwn() throws Exception {
        var result = run();

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.err().lines())
                .anyMatch(line -> line.startsWith("git is missing: "))
                .anyMatch(line -> line.startsWith("Maven 3.8 or newer is missing: "))
                .anyMatch(line -> line.startsWith("C compiler is missing: "))
                .allMatch(line -> line.contains(" is missing: "));
    }

    @Test
    void builtCheckoutBecomesTheLauncher() throws Exception {
        checkedOut("ref: refs/heads/main", "refs/heads/main", "abc");
        built("refs/heads/main@abc");

        assertThat(run()).isEqualTo(new Result(0, "launched a b c\n", ""));
    }

    @Test
    void symbolicLinksLeadToTheCheckout() throws Exception {
        built("none");
        Files.createSymbolicLink(path.resolve("relative"), Path.of("../checkout/steading"));
        Files.createSymbolicLink(path.resolve("steading"), path.resolve("relative"));

        assertThat(run(path.resolve("steading"), "x").out()).isEqualTo("launched x\n");
    }

    @Test
    void linkOfAnotherNameStandsInTheCompilersPlace() throws Exception {
        built("none");
        Files.createSymbolicLink(path.resolve("g++-12"), Path.of("../checkout/steading"));

        assertThat(run(path.resolve("g++-12"), "-c", "a b.cc").out()).isEqualTo("launched cc g++-12 -c a b.cc\n");
    }

    @Test
    void sourceTreeWithoutARepositoryIsNotBuiltAgain() throws Exception {
        built("none");

        assertThat(run().out()).isEqualTo("launched a b c\n");
    }

    @Test
    void anotherCommitIsBuilt() throws Exception {
        built("refs/heads/main@abc");
        checkedOut("ref: refs/heads/main", "refs/heads/main", "def");

        assertThat(run().err()).contains("git is missing");
    }

    @Test
    void linkedWorktreeKnowsItsCommit() throws Exception {
        var git = Files.createDirectories(directory.resolve("main/.git/worktrees/w"));
        Files.writeString(checkout.resolve(".git"), "gitdir: " + git + "\n");
        Files.writeString(git.resolve("HEAD"), "ref: refs/heads/w\n");
        Files.writeString(git.resolve("commondir"), "../..\n");
        var ref = directory.resolve("main/.git/refs/heads/w");
        Files.createDirectories(ref.getParent());
        Files.writeString(ref, "abc\n");
        built("refs/heads/w@abc");

        assertThat(run().out()).isEqualTo("launched a b c\n");
        Files.writeString(ref, "def\n");
        assertThat(run().err()).contains("git is missing");
    }

    @Test
    void packedBranchIsBuiltOnlyIfItsFileChangedSince() throws Exception {
        checkedOut("ref: refs/heads/main", "packed-refs", "abc refs/heads/main");
        built("refs/heads/main@packed");
        var built = Files.getLastModifiedTime(checkout.resolve("cli/target/dist/built-from"));
        var packed = checkout.resolve(".git/packed-refs");

        Files.setLastModifiedTime(packed, built);
        assertThat(run().out()).isEqualTo("launched a b c\n");
        Files.setLastModifiedTime(packed, FileTime.from(built.toInstant().plusSeconds(1)));
        assertThat(run().err()).contains("git is missing");
    }
}
