// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.worker.sandbox.Sandbox;
import java.nio.file.Path;

class PlainWorkerTest extends WorkerContract {
    @Override
    Sandbox sandbox(Path directory) {
        return TestSandboxes.plain(directory);
    }
}
