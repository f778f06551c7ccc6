// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A disk of its own for a directory.
record Disk(Path directory) implements AutoCloseable {
    /// Mounts an empty one.
    static Disk mounted(Path directory, String size) throws IOException {
        Required.root();
        Required.program("mount");
        var disk = new Disk(Files.createDirectories(directory));
        var mounted = run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory.toString());
        assertThat(mounted.exitCode()).as(mounted.all()).isZero();
        return disk;
    }

    /// Fills it to the last byte.
    ///
    /// @return the file that takes up all room
    Path fill() {
        var file = directory.resolve("filling");
        var filled = run("dd", "if=/dev/zero", "of=" + file, "bs=64k");
        assertThat(filled.all()).contains("No space left on device");
        return file;
    }

    /// What its user had running there may take a moment to end.
    @Override
    public void close() {
        await("end of all that uses " + directory)
                .atMost(Program.PATIENCE)
                .until(() -> run("umount", directory.toString()).exitCode() == 0);
    }

    private static Program.Result run(String... command) {
        return Program.run(Path.of("/"), Map.of(), List.of(command));
    }
}
