// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Tasks whose compilers use a farm of several machines: `compile: distribute`.
class CompileTaskFarmIT {
    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    @Test
    @Timeout(300)
    void makefileOfATaskCompilesOnTheFarmAsItIs() throws IOException {
        FLEET.awaitUp(FLEET.worker("apart", List.of(), Map.of(), "--slots", "4"));

        DistributedTask.assertCompilesOnTheFarm(FLEET.user("ann"));
    }
}
