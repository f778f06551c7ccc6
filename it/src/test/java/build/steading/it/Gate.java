// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Something that commands wait for, so that stories need not guess how long anything takes: a file outside of
/// their sandbox, which they can see but not make.
///
/// @param file is there when the gate is open
record Gate(Path file) {
    static Gate in(Path directory) {
        return new Gate(directory.resolve("open"));
    }

    /// Returns shell commands that print `ready` and go on when the gate is open.
    String script() {
        return "echo ready; while [ ! -e '%s' ]; do sleep 0.05; done".formatted(file);
    }

    void open() throws IOException {
        Files.createFile(file);
    }
}
