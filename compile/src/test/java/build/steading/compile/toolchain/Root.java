// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A file system of certain files alone, in which commands are run.
final class Root {
    private static final String BWRAP = "/usr/bin/bwrap";

    private final Path root;
    private final Path home;

    /// @param root where it lies outside
    /// @param home the only directory in which it can be written to, but for `/tmp`
    Root(Path root, Path home) throws IOException {
        this.root = root;
        this.home = home;
        for (var directory : List.of("/tmp", "/dev", "/proc", "/run", home.toString())) {
            Files.createDirectories(inside(directory));
        }
    }

    /// What a command wrote and how it ended.
    record Ended(int exit, String output) {}

    /// Returns whether commands can be run in one here.
    static boolean isPossible() throws IOException, InterruptedException {
        return Files.isExecutable(Path.of(BWRAP))
                && runHere(List.of(BWRAP, "--unshare-user", "--ro-bind", "/", "/", "/bin/true"), Path.of("/"), Map.of())
                                .exit()
                        == 0;
    }

    void add(Needs needs) throws IOException {
        for (var directory : needs.directories()) {
            Files.createDirectories(inside(directory));
        }
        for (var file : needs.files()) {
            add(file);
        }
    }

    /// Adds one file or link as it is, in real directories.
    void add(String file) throws IOException {
        Files.createDirectories(inside(file).getParent());
        if (!Files.exists(inside(file), LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.createLink(inside(file), Path.of(file));
            } catch (IOException | UnsupportedOperationException _) {
                Files.copy(Path.of(file), inside(file), LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /// Returns where something of it lies outside.
    Path inside(String name) {
        return root.resolve(name.substring(1));
    }

    Ended run(List<String> command, Path directory, Map<String, String> environment)
            throws IOException, InterruptedException {
        var wrapped = new ArrayList<>(List.of(BWRAP));
        wrapped.addAll(
                List.of("--unshare-user --unshare-pid --unshare-net --die-with-parent --cap-drop ALL".split(" ")));
        wrapped.addAll(List.of("--ro-bind", root.toString(), "/"));
        wrapped.addAll(List.of("--dev /dev --proc /proc --tmpfs /run --tmpfs /tmp".split(" ")));
        wrapped.addAll(List.of("--bind", inside(home.toString()).toString(), home.toString()));
        wrapped.addAll(List.of("--chdir", directory.toString(), "--"));
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
}
