// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Tree;
import build.steading.blob.Blobs;
import build.steading.digest.Digests;
import build.steading.worker.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A worker in some sandbox. The numbers in the names of tests are those of the checks in the specification.
abstract class SandboxedTest {
    @TempDir
    Path directory;

    Farm farm;

    abstract Sandbox sandbox(Path directory);

    @BeforeEach
    void start() throws IOException {
        var worker = TestSandboxes.directory(directory);
        farm = new Farm(directory, sandbox(worker), Farm.limits());
    }

    @AfterEach
    void stop() {
        farm.close();
    }

    final TestAction action() {
        return farm.action();
    }

    final Tree tree(ActionResult result, int index) throws IOException {
        return Tree.parseFrom(Blobs.read(
                farm.store, Digests.fromProto(result.getOutputDirectories(index).getTreeDigest())));
    }

    final String content(ActionResult result, String path) {
        return result.getOutputFilesList().stream()
                .filter(file -> file.getPath().equals(path))
                .findFirst()
                .map(file -> farm.text(Digests.fromProto(file.getDigest())))
                .orElse("absent");
    }
}
