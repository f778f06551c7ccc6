// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.PlatformProperties;
import build.steading.worker.sandbox.Sandbox;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BubblewrapWorkerTest extends WorkerContract {
    @Override
    Sandbox sandbox(Path directory) {
        return TestSandboxes.bubblewrap(directory);
    }

    @Test
    void inputRootIsAtOnePlaceForAll() throws Exception {
        assertThat(farm.shell("pwd")).isEqualTo("/tmp/steading/work\n");
    }

    @Test
    void networkIsThereOnlyForThoseWhoAsk() throws Exception {
        var ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net")) + "\n";

        assertThat(farm.shell("readlink /proc/self/ns/net")).isNotEqualTo(ours);
        var action = farm.action().shell("readlink /proc/self/ns/net").property(PlatformProperties.NETWORK, "on");
        assertThat(farm.stdout(farm.complete(action))).isEqualTo(ours);
    }

    @Test
    void workerIsOutOfReach() throws Exception {
        assertThat(farm.shell("ls -A /root; kill -9 %d 2>/dev/null || echo safe"
                        .formatted(ProcessHandle.current().pid())))
                .isEqualTo("safe\n");
    }
}
