// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLines;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Compilers' calls as somebody types them.
final class Lines {
    private Lines() {}

    static Compile compile(String line) {
        return compile(line, Map.of());
    }

    static Compile compile(String line, Map<String, String> environment) {
        return (Compile) new CommandLines(_ -> Optional.empty()).read(words(line), environment);
    }

    static TypedCommand typed(String line, Path directory) {
        return new TypedCommand(
                words(line),
                "/usr/bin/" + words(line).getFirst(),
                directory.toString(),
                Map.of("PATH", "/usr/bin:/bin"),
                022,
                false,
                TypedCommand.Mode.FARM);
    }

    static List<String> words(String line) {
        return List.of(line.split(" "));
    }
}
