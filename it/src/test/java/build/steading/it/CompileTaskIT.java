// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Tasks whose compilers use the embedded farm: `compile: distribute`.
class CompileTaskIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    @Test
    @Timeout(300)
    void makefileOfATaskCompilesOnTheFarmAsItIs() throws IOException {
        DistributedTask.assertCompilesOnTheFarm(FARM);
    }

    @Test
    void nothingButCompilersIsServedInATask() throws IOException {
        Required.program("bwrap");
        var repository = FARM.repository("greedy");
        repository.write("steading.yaml", """
            project: greedy
            tasks:
              try:
                run: "steading status || ls /run/steading"
                compile: distribute
            """).commit("Begin");

        var built = FARM.ok(repository, "build");

        assertThat(built.all()).contains("There is no command `status`", "try | farm.sock");
    }
}
