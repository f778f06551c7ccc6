// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// A file system of certain files alone, in which commands are run. Files of this machine are mounted in it, so
/// that nothing happens to them.
final class Root {
    private static final String BWRAP = "/usr/bin/bwrap";

    private final Path home;
    private final Path elsewhere;
    private final SortedSet<String> files = new TreeSet<>();
    private final SortedSet<String> directories = new TreeSet<>();

    /// @param home the only directory in which commands can write, but for `/tmp`
    /// @param elsewhere what is there in place of `home`
    Root(Path home, Path elsewhere) {
        this.home = home;
        this.elsewhere = elsewhere;
    }

    /// What a command wrote and how it ended.
    record Ended(int exit, String output) {}

    /// Returns whether commands can be run in one here.
    static boolean isPossible() throws IOException, InterruptedException {
        var command = List.of(BWRAP, "--unshare-user", "--ro-bind", "/", "/", "/bin/true");
        return Files.isExecutable(Path.of(BWRAP))
                && runHere(command, Path.of("/"), Map.of()).exit() == 0;
    }

    void add(Needs needs) throws IOException {
        directories.addAll(needs.directories());
        for (var file : needs.files()) {
            add(Path.of(file));
        }
    }

    void add(Path file) throws IOException {
        if (!file.startsWith(home)) {
            files.add(file.toString());
            return;
        }
        var copy = elsewhere.resolve(home.relativize(file).toString());
        Files.createDirectories(copy.resolveSibling("."));
        Files.deleteIfExists(copy);
        Files.copy(file, copy, LinkOption.NOFOLLOW_LINKS);
    }

    Ended run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        var wrapped = new ArrayList<>(List.of(BWRAP));
        add(wrapped, "--unshare-user --unshare-pid --unshare-net --die-with-parent --cap-drop ALL");
        add(wrapped, "--dev /dev --proc /proc --tmpfs /run --tmpfs /tmp");
        wrapped.addAll(List.of("--bind", elsewhere.toString(), home.toString()));
        directories.forEach(directory -> wrapped.addAll(List.of("--dir", directory)));
        for (var file : files) {
            wrapped.addAll(
                    Files.isSymbolicLink(Path.of(file))
                            ? List.of(
                                    "--symlink",
                                    Files.readSymbolicLink(Path.of(file)).toString(),
                                    file)
                            : List.of("--ro-bind", file, file));
        }
        wrapped.addAll(List.of("--remount-ro", "/", "--chdir", home.toString(), "--"));
        wrapped.addAll(command);
        return runHere(wrapped, Path.of("/"), environment);
    }

    /// Runs a command at home. Its first word is looked up by the `PATH` that it is given.
    static Ended runHere(List<String> command, Path directory, Map<String, String> environment)
            throws IOException, InterruptedException {
        var shell = new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1 </dev/null"));
        shell.addAll(command);
        var builder = new ProcessBuilder(shell).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void add(List<String> arguments, String words) {
        arguments.addAll(List.of(words.split(" ", -1)));
    }
}
