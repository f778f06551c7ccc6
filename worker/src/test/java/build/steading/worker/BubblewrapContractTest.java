// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.worker.sandbox.Sandbox;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

class BubblewrapContractTest {
    @Nested
    class OutputFiles extends OutputFileContract {
        @Override
        Sandbox sandbox(Path directory) {
            return TestSandboxes.bubblewrap(directory);
        }
    }

    @Nested
    class OutputTrees extends OutputTreeContract {
        @Override
        Sandbox sandbox(Path directory) {
            return TestSandboxes.bubblewrap(directory);
        }
    }

    @Nested
    class Commands extends CommandContract {
        @Override
        Sandbox sandbox(Path directory) {
            return TestSandboxes.bubblewrap(directory);
        }
    }

    @Nested
    class Inputs extends InputContract {
        @Override
        Sandbox sandbox(Path directory) {
            return TestSandboxes.bubblewrap(directory);
        }
    }

    @Nested
    class WarmDirectories extends WarmContract {
        @Override
        Sandbox sandbox(Path directory) {
            return TestSandboxes.bubblewrap(directory);
        }
    }

    @Nested
    class Endings extends EndingContract {
        @Override
        Sandbox sandbox(Path directory) {
            return TestSandboxes.bubblewrap(directory);
        }
    }

    @Nested
    class Refusals extends RefusalContract {
        @Override
        Sandbox sandbox(Path directory) {
            return TestSandboxes.bubblewrap(directory);
        }
    }

    @Nested
    class NodeProperties extends NodePropertiesContract {
        @Override
        Sandbox sandbox(Path directory) {
            return TestSandboxes.bubblewrap(directory);
        }
    }
}
