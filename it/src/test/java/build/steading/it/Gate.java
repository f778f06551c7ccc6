// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Something that commands wait for, so that stories need not guess how long anything takes: a file outside of
/// their sandbox, which they can see but not make.
///
/// @param file is there when the gate is open
record Gate(Path file) {
    /// What commands in the sandbox have their own of, or do not see.
    private static final List<Path> HIDDEN = List.of(
            Path.of("/tmp"),
            Path.of("/var/tmp"),
            Path.of("/run"),
            Path.of("/root"),
            Path.of(System.getProperty("user.home")));

    /// @param directory where the file shall be, if commands see it there; else it is in some place that they see
    static Gate in(Path directory) throws IOException {
        if (HIDDEN.stream().noneMatch(directory::startsWith)) {
            return new Gate(directory.resolve("open"));
        }
        var place = Stream.of("/srv", "/opt", "/var/cache", "/var/lib")
                .map(Path::of)
                .filter(Files::isWritable)
                .findFirst();
        assumeTrue(place.isPresent(), "Commands in the sandbox do not see " + directory);
        var visible = Files.createTempDirectory(place.get(), "steading-it-");
        visible.toFile().deleteOnExit();
        visible.resolve("open").toFile().deleteOnExit();
        return new Gate(visible.resolve("open"));
    }

    /// Returns shell commands that print `ready` and go on when the gate is open.
    String script() {
        return "echo ready; while [ ! -e '%s' ]; do sleep 0.05; done".formatted(file);
    }

    void open() throws IOException {
        Files.createFile(file);
    }
}
