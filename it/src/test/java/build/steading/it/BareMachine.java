// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// This machine as if nobody had installed a compiler: in a mount namespace of their own, commands find empty
/// files and directories where its parts are.
final class BareMachine {
    private final List<String> prefix;

    /// @param directory empty
    BareMachine(Path directory) throws IOException {
        var nothing = Files.createDirectories(directory.resolve("nothing"));
        var empty = Files.createFile(directory.resolve("empty"));
        var script = new StringBuilder("set -e; ");
        for (var hidden : List.of("/usr/include", "/usr/lib/gcc", "/usr/libexec/gcc")) {
            if (Files.isDirectory(Path.of(hidden))) {
                script.append("mount --bind '%s' '%s'; ".formatted(nothing, hidden));
            }
        }
        for (var program : programs()) {
            script.append("mount --bind '%s' '%s'; ".formatted(empty, program));
        }
        var all = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
        all.addAll(List.of("/bin/sh", "-c", script + "exec \"$@\"", "sh"));
        this.prefix = List.copyOf(all);
    }

    private static List<Path> programs() throws IOException {
        var found = new ArrayList<Path>();
        for (var name : List.of("gcc", "g++", "cc", "c++", "cpp", "as", "ld")) {
            var program = Path.of("/usr/bin", name);
            if (Files.exists(program) && !found.contains(program.toRealPath())) {
                found.add(program.toRealPath());
            }
        }
        return found;
    }

    /// Returns what a command begins with that shall see this.
    List<String> prefix() {
        return prefix;
    }

    /// Returns whether this is possible here; then no compiler runs in it.
    boolean isPossible() {
        if (run("true") != 0) {
            return false;
        }
        assertThat(Stream.of("gcc", "g++", "as").filter(name -> run(name, "--version") == 0))
                .isEmpty();
        return true;
    }

    private int run(String... command) {
        var all = new ArrayList<>(prefix);
        all.addAll(List.of(command));
        try {
            return Program.run(Path.of("/"), Map.of(), all).exitCode();
        } catch (UncheckedIOException _) {
            return -1;
        }
    }
}
