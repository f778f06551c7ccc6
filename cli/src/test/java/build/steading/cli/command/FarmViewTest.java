// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.compile.service.Statistics.Counts;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FarmViewTest {
    private final FarmView view = new FarmView();

    private static Counts counts(long hits, long remote, long local, long failed) {
        return new Counts(hits, 0, remote, local, failed, Map.of(), "", 0);
    }

    @Test
    void farmIsTheSumOfItsWorkers() {
        var facts = Map.<String, Object>of(
                "actions", Map.of("running", 3, "queued", 7),
                "workers", Map.of("one", Map.of("slots", 4, "busy", 3)));

        assertThat(view.lines(facts, Optional.empty(), Duration.ZERO))
                .containsExactly(
                        "1 worker, 3 of 4 slots busy, 3 running, 7 queued",
                        "%-24s  %s  3 of 4 slots busy".formatted("one", "█".repeat(15) + "·".repeat(5)));
    }

    @Test
    void workerThatIsNotConnectedOrTakesNothingSaysSo() {
        assertThat(view.lines(
                        Map.of("workers", Map.of("gone", Map.of("connected", false))), Optional.empty(), Duration.ZERO))
                .last()
                .asString()
                .isEqualTo("%-24s  not connected".formatted("gone"));
        assertThat(view.lines(
                        Map.of("workers", Map.of("old", Map.of("slots", 0, "busy", 1, "remark", "drains"))),
                        Optional.empty(),
                        Duration.ZERO))
                .last()
                .asString()
                .endsWith("1 busy, takes nothing new, drains");
    }

    @Test
    void compilesHaveARateFromTheSecondLookOn() {
        var first = view.lines(Map.of(), Optional.of(counts(1, 2, 3, 1)), Duration.ofSeconds(1));
        var second = view.lines(Map.of(), Optional.of(counts(9, 12, 3, 1)), Duration.ofSeconds(4));

        assertThat(first)
                .last()
                .isEqualTo("compiles: 6; 1 known already, 2 on the farm, 3 here, 1 of these as the farm could not");
        assertThat(second).last().asString().startsWith("compiles: 24, 4.5/s; 9 known already, 12 on the farm");
    }
}
