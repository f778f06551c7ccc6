// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How a compiler is called. Two calls of one program may run different parts of it: GCC and Clang look for their
/// parts beside what the first argument names, and on `PATH`.
///
/// @param name the first argument as the compiler gets it
/// @param program the absolute name of what is run
/// @param path the value of `PATH`
/// @param directory where it is called; `/` if that cannot matter
public record Call(String name, String program, String path, String directory) {
    public Call {
        if (!program.startsWith("/") || !directory.startsWith("/")) {
            throw new IllegalArgumentException("`%s` in `%s` is not absolute".formatted(program, directory));
        }
        var isRelative = name.indexOf('/') > 0 || entries(path).stream().anyMatch(entry -> !entry.startsWith("/"));
        directory = isRelative ? directory : "/";
    }

    /// Returns whether the compiler looks itself up on `PATH`.
    boolean isSought() {
        return name.indexOf('/') < 0;
    }

    /// Returns the names at which a program is looked for on `PATH`, in order, up to the first that there is.
    List<String> probes(String sought) {
        var probes = new ArrayList<String>();
        for (var entry : entries(path)) {
            var candidate = Path.of(directory).resolve(entry).resolve(sought);
            probes.add(candidate.toString());
            if (isProgram(candidate)) {
                break;
            }
        }
        return probes;
    }

    /// Returns the absolute name of the program that `PATH` leads to.
    Optional<String> onPath(String sought) {
        var probes = probes(sought);
        return probes.isEmpty()
                ? Optional.empty()
                : Optional.of(probes.getLast()).filter(last -> isProgram(Path.of(last)));
    }

    /// Returns whether `PATH` leads to what lies in a directory.
    boolean searches(String other) {
        return entries(path).stream()
                .anyMatch(entry -> Path.of(directory).resolve(entry).toString().equals(other));
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    /// An empty entry is the directory where one is.
    private static List<String> entries(String path) {
        return path.isEmpty() ? List.of() : List.of(path.split(":", -1));
    }
}
