// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FarmRunTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final FarmRun run = new FarmRun(
            new Standing(System::nanoTime), new FarmRuns.Patience(Duration.ZERO, false, LONG, Duration.ZERO));

    @Test
    void bringingInputsToTheFarmIsNoWaitingForAWorker() {
        assertThat(run.overdue(LONG)).isEmpty();
    }

    @Test
    void whatTheFarmKnowsOfWaitsForAWorker() {
        run.queued("a free worker");

        assertThat(run.overdue(LONG)).contains("no free worker");
        assertThat(run.waitsFor()).isEqualTo("a free worker");
    }
}
