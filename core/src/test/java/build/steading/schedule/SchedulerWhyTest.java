// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.BOB;
import static build.steading.schedule.ScriptedFarm.CAT;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.WINDOWS;
import static build.steading.schedule.ScriptedFarm.job;
import static build.steading.schedule.ScriptedFarm.requiring;
import static build.steading.schedule.ScriptedFarm.wantedBy;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is said to those who wait.
class SchedulerWhyTest {
    private final ScriptedFarm farm = new ScriptedFarm();

    @Test
    void busyWorkersAreNamedWithTheTimeWhenTheyAreLikelyToBeFree() {
        farm.announce(ANN);
        farm.announce(BOB);
        farm.announce(CAT);
        run(CAT, Optional.of(Duration.ofMinutes(5)));
        run(ANN, Optional.empty());
        run(BOB, Optional.of(Duration.ofSeconds(190)));
        farm.pass(Duration.ofSeconds(10));

        assertThat(farm.scheduler.why(farm.queue(job("a"))))
                .containsExactly(
                        "Worker `bob` is busy until about 00:03:10 UTC (~3 min)",
                        "Worker `cat` is busy until about 00:05:00 UTC (~5 min)",
                        "Worker `ann` is busy; nobody knows for how long");
    }

    @Test
    void whatTakesLongerThanExpectedIsNotPromisedAnew() {
        farm.announce(ANN);
        run(ANN, Optional.of(Duration.ofSeconds(10)));
        farm.pass(Duration.ofSeconds(10));

        assertThat(farm.why(farm.queue(job("a")))).isEqualTo("Worker `ann` is busy, for longer than was expected");
    }

    @Test
    void everyWorkerIsAccountedFor() {
        farm.announce(ANN, WINDOWS, 1);
        farm.announce(CAT);
        farm.apply(
                new Event.WorkerAnnounced(BOB, new Offer(LINUX, Policy.ANYTHING, 0, "The owner is at work", Map.of())));

        assertThat(farm.scheduler.why(farm.queue(requiring("a", "os == 'linux'"))))
                .containsExactly(
                        "Worker `cat` has a free slot, but does not ask for work",
                        "Worker `bob` takes no new work: The owner is at work",
                        "Worker `ann` does not fit: `os` is `windows`, `os == \"linux\"` is required");
    }

    @Test
    void whoGoesFirstIsCounted() {
        farm.announce(ANN);
        farm.queue(job("a"));
        farm.queue(requiring("b", "os == 'linux'"));
        farm.queue(requiring("c", "os == 'windows'"));
        farm.pass(Duration.ofSeconds(1));
        var last = farm.queue(job("d"));

        assertThat(farm.scheduler.why(last)).contains("2 actions of project `tenant`, older or more urgent, go first");
    }

    @Test
    void whoUsedLessIsNamed() {
        farm.announce(ANN);
        farm.queue(wantedBy("rich", "a"));
        farm.queue(wantedBy("poor", "p"));
        farm.done(farm.take(ANN).lease());
        var waiting = farm.queue(wantedBy("rich", "b"));

        assertThat(farm.scheduler.why(waiting)).contains("project `poor` used less of the farm lately and goes first");
    }

    @Test
    void thereAreNeverMoreThanThirtyLines() {
        for (var i = 0; i < 200; i++) {
            var worker = new WorkerId("worker" + i);
            farm.announce(worker, new Properties(Map.of("os", i % 2 == 0 ? "linux" : "plan" + i)), i % 3);
            farm.apply(new Event.WorkerAnnounced(
                    new WorkerId("choosy" + i),
                    new Offer(LINUX, Policy.parse("project == 'p" + i + "'"), 1, "", Map.of())));
            farm.apply(new Event.WorkerAnnounced(
                    new WorkerId("tired" + i), new Offer(LINUX, Policy.ANYTHING, 0, "Tired " + i, Map.of())));
        }
        var lines = farm.scheduler.why(farm.queue(requiring("a", "os == 'linux'")));

        assertThat(lines).hasSizeLessThanOrEqualTo(30);
        assertThat(lines)
                .contains(
                        "195 more workers are not willing, for other reasons",
                        "95 more workers do not fit, for other reasons");
    }

    @Test
    void manyWorkersAndALongQueueDoNotMakeItSlow() {
        for (var i = 0; i < 1000; i++) {
            var worker = new WorkerId("worker" + i);
            farm.announce(worker, new Properties(Map.of("os", "linux", "kind", i % 50)), 1);
            run(worker, Optional.of(Duration.ofSeconds(i)));
        }
        ExecutionId last = null;
        for (var i = 0; i < 10_000; i++) {
            last = farm.queue(requiring("a" + i, "kind < " + (1 + i % 50)));
        }
        var start = System.nanoTime();
        for (var i = 0; i < 20; i++) {
            assertThat(farm.scheduler.why(last)).isNotEmpty();
        }

        // 50 ms each are allowed; this leaves room for a machine that is slow.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    private void run(WorkerId worker, Optional<Duration> expected) {
        farm.submit(new Job(
                "run by " + worker,
                true,
                Requirement.ANY,
                new RequestFacts("other", "", "", "", Map.of(), 0, expected),
                Set.of()));
        farm.take(worker);
    }
}
