// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.build.Builds.Order;
import build.steading.platform.RequestFacts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What executors are told of those on whose behalf they run something.
class FactsTest extends BuildsFixture {
    private static final String OPTIONS = """
        project: chain
        options:
          opt: {values: [O2, O3]}
          jit: {type: bool}
        tasks:
          first: {run: ["write a ${options.opt}"], outputs: [a]}
        """;

    private static Order by(String requester, Priority priority) {
        return new Order(requester, Optional.empty(), priority, Optional.empty(), List.of(), "");
    }

    private RequestFacts facts(int index) {
        return executor.requests.get(index).facts();
    }

    @Test
    void executorHearsOnWhoseBehalfItRuns() throws Exception {
        var spec = from(spec(OPTIONS), "https://example.org/chain.git").withOptions(Map.of("opt", "O3"));

        await(builds.submit(spec, by("ann", Priority.SCHEDULED)).build());

        assertThat(facts(0))
                .isEqualTo(new RequestFacts(
                        "project",
                        "ann",
                        "https://example.org/chain.git",
                        "main",
                        Map.of("opt", "O3", "jit", "false"),
                        24,
                        Optional.empty()));
    }

    @Test
    void sourceWithoutAUrlIsNamedByItsPath() throws Exception {
        build(spec(CHAIN));

        assertThat(facts(0).source()).isEqualTo("/repository");
    }

    @Test
    void expectedDurationIsTheMedianOfEarlierRuns() throws Exception {
        recordedRuns = Stream.of(9, 1, 5, 3).map(Duration::ofSeconds).toList();

        build(spec(CHAIN));

        assertThat(facts(0).expected()).contains(Duration.ofSeconds(3));
    }

    @Test
    void whatRanInThisProcessCountsAsWell() throws Exception {
        build(spec(CHAIN));
        assertThat(facts(0).expected()).isEmpty();

        build(spec(CHAIN).forced());

        assertThat(executor.requests)
                .last()
                .satisfies(request -> assertThat(request.facts().expected()).isPresent());
    }

    @Test
    void onlyTheLastRunsCount() {
        recordedRuns = List.of(Duration.ofSeconds(1));
        var expectations = new Expectations((_, _, limit) -> recordedRuns.subList(0, Math.min(1, limit)));

        assertThat(expectations.of("p", "t")).contains(Duration.ofSeconds(1));
        for (var run = 0; run < Expectations.RUNS; run++) {
            expectations.ran("p", "t", Duration.ofSeconds(7));
        }
        assertThat(expectations.of("p", "t")).contains(Duration.ofSeconds(7));
        assertThat(expectations.of("p", "other")).contains(Duration.ofSeconds(1));
    }

    @Test
    void mostUrgentOpenRequestDecidesHowSoonTasksRun() throws Exception {
        var spec = spec("project: p\ntasks: {s: {run: [hang]}, t: {needs: [s], run: [nothing]}}\n");
        var bulk = builds.submit(spec, by("ann", Priority.BULK));
        awaitRunning("hang");
        var urgent = builds.submit(spec, by("bob", Priority.GATE));
        assertThat(urgent.build()).isEqualTo(bulk.build());

        executor.release("hang");
        await(bulk.build());

        assertThat(executor.requests)
                .extracting(request -> request.facts().priority())
                .containsExactly(36, -12);
        assertThat(facts(1).requester()).isEqualTo("ann");
    }

    @Test
    void whatWaitsForAWorkerIsAskedForOnceMoreWhenSomebodyIsInMoreOfAHurry() throws Exception {
        executor.busy = true;
        var spec = spec("project: p\ntasks: {s: {run: [hang]}}\n");
        var scheduled = builds.submit(spec, by("ann", Priority.SCHEDULED));
        awaitRunning("hang");

        builds.submit(spec, by("bob", Priority.BULK));
        builds.submit(spec, by("eve", Priority.PUSH));

        assertThat(executor.requests)
                .extracting(request -> request.facts().priority())
                .containsExactly(24, 12);
        executor.release("hang");
        assertThat(await(scheduled.build()).state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(executor.withdrawn).hasValue(1);
    }
}
