// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Runs random histories, other ones each time. `-Dsteading.simulation.seed=…` repeats a single one.
class SchedulerSimulationTest {
    private static final String SEED = "steading.simulation.seed";
    private static final int HISTORIES = 100_000;
    private static final int EVENTS = 32;

    @Test
    @Timeout(300)
    void everyHistoryKeepsThePromises() {
        var seed = Long.getLong(SEED);
        if (seed != null) {
            run(seed);
            return;
        }
        var seeds = new SplittableRandom().longs(HISTORIES).parallel();
        assertThat(seeds.map(SchedulerSimulationTest::run).sum()).isGreaterThan(HISTORIES * 10L);
    }

    private static long run(long seed) {
        try {
            return new SimulatedFarm(seed).run(EVENTS);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("%s; repeat with -D%s=%d".formatted(e.getMessage(), SEED, seed), e);
        }
    }
}
