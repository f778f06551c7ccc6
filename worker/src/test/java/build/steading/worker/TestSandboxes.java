// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.worker.sandbox.Sandbox;
import build.steading.worker.sandbox.Sandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Sandboxes for tests, which are skipped where there are none.
public final class TestSandboxes {
    /// The mounts of this machine: when they change, no sandbox goes on standing ready.
    public static final String MOUNTS = "mounts";

    private TestSandboxes() {}

    /// Makes a directory for a worker, with the runner that all tests share: compiling takes a while.
    public static Path directory(Path parent) throws IOException {
        var bin = Files.createDirectories(Path.of("target", "runner").toAbsolutePath());
        var directory = Files.createDirectories(parent.resolve("worker"));
        Files.createSymbolicLink(directory.resolve("bin"), bin);
        return directory;
    }

    public static Sandbox bubblewrap(Path directory) {
        var sandbox = Sandboxes.detect(directory, List.of(Path.of("/root")));
        assumeTrue(
                sandbox instanceof Sandbox.Bubblewrap,
                () -> sandbox instanceof Sandbox.Plain(var why) ? why : "not bubblewrap");
        return sandbox;
    }

    public static Sandbox plain(Path directory) {
        return new Sandbox.Plain("this is a test of it in " + directory);
    }
}
