// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the distribution's `steading.launch` says: lines of version, build id, and the background process's
/// command.
///
/// @param command may name `{dist}`, `{home}` and `{role}`, which is `alone`, or `member` of a farm
record Distribution(Path directory, String version, String buildId, List<String> command) {
    private static final int HEADER_LINES = 2;

    static Distribution read(Path directory) throws IOException {
        var file = directory.resolve("steading.launch");
        var lines = Files.readAllLines(file);
        if (lines.size() <= HEADER_LINES + 1) {
            throw new IOException("File `%s` is incomplete: build Steading again".formatted(file));
        }
        return new Distribution(
                directory, lines.get(0), lines.get(1), List.copyOf(lines.subList(HEADER_LINES, lines.size())));
    }

    /// Returns the command that starts the background process of `home`.
    List<String> processCommand(Home home) {
        var role = Files.exists(home.directory().resolve("farm/certificate.pem")) ? "member" : "alone";
        var expanded = new ArrayList<String>();
        for (var argument : command) {
            expanded.add(argument.replace("{dist}", directory.toString())
                    .replace("{home}", home.directory().toString())
                    .replace("{role}", role));
        }
        expanded.add(home.directory().toString());
        expanded.add(buildId);
        return List.copyOf(expanded);
    }
}
