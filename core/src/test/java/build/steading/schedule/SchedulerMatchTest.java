// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.BOB;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.WINDOWS;
import static build.steading.schedule.ScriptedFarm.assigned;
import static build.steading.schedule.ScriptedFarm.job;
import static build.steading.schedule.ScriptedFarm.requiring;
import static build.steading.schedule.ScriptedFarm.wantedBy;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.Policy;
import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Who may run what: requirements on one side, policies on the other; and what happens if nobody may.
class SchedulerMatchTest {
    private static final Duration UNSUPPORTED = Limits.STANDARD.unsupportedAfter();
    private final ScriptedFarm farm = new ScriptedFarm();

    @Nested
    class Policies {
        @Test
        void areAskedBeforeWorkIsOffered() {
            join(ANN, "project == 'lua'");
            farm.queue(wantedBy("zlib", "a"));
            var willing = farm.queue(wantedBy("lua", "b"));

            assertThat(farm.scheduler.snapshot().workers().getFirst().running())
                    .extracting(Snapshot.Attempt::execution)
                    .containsExactly(willing);
        }

        @Test
        void holdForWhatWasQueuedBeforeTheWorkerCame() {
            farm.queue(wantedBy("zlib", "a"));
            var willing = farm.queue(wantedBy("lua", "b"));

            assertThat(assigned(join(ANN, "project == 'lua'")).execution()).isEqualTo(willing);
        }

        @Test
        void mayLookAtWhatIsHardlyEverTheSameTwice() {
            for (var minutes = 100; minutes > 0; minutes--) {
                farm.queue(lasting("a" + minutes, Duration.ofMinutes(minutes)));
            }

            assertThat(job(assigned(join(ANN, "expected < 120.0")).execution())).isEqualTo("a1");
            assertThat(assigned(join(BOB, "")).worker()).isEqualTo(BOB);
        }

        @Test
        void doNotMultiplyTheClassesOfWhatIsQueued() {
            var fits = new FitTable(new Stranded(UNSUPPORTED));
            var first = fits.enter(lasting("a", Duration.ofSeconds(1)));
            assertThat(fits.enter(wantedBy("other", "b"))).isSameAs(first);

            fits.classOf(new Offer(LINUX, Policy.parse("project == 'lua' && expected < 9.0"), 1, "", Map.of()));
            var lua = fits.enter(wantedBy("lua", "c"));
            assertThat(fits.enter(wantedBy("zlib", "d"))).isNotSameAs(lua);
            assertThat(fits.enter(new Job("e", true, Requirement.ANY, withExpected("lua"), Set.of())))
                    .isSameAs(lua);
        }

        @Test
        void lookAtManyBranchesWithoutAClassForEachOfThem() {
            var fits = new FitTable(new Stranded(UNSUPPORTED));
            fits.classOf(new Offer(LINUX, Policy.parse("branch == 'main'"), 1, "", Map.of()));
            for (var i = 0; i < 64; i++) {
                fits.enter(on("branch" + i));
            }

            assertThat(fits.enter(on("one"))).isSameAs(fits.enter(on("other")));
            assertThat(fits.enter(on("branch5"))).isNotSameAs(fits.enter(on("other")));
        }

        @Test
        void areObeyedWhateverTheClass() {
            for (var i = 0; i < 300; i++) {
                farm.queue(on("branch" + i));
            }
            var main = farm.queue(on("main"));
            join(ANN, "branch == 'main'");
            // It takes a few goes to look at so many.
            farm.tick(Duration.ZERO);

            assertThat(farm.status(ANN).running())
                    .extracting(Snapshot.Attempt::execution)
                    .containsExactly(main);
        }

        @Test
        void sayWhyTheyAreNotWilling() {
            join(ANN, "requester != 'mallory'");
            join(BOB, "expected < 60.0");
            var execution = farm.queue(new Job(
                    "a",
                    true,
                    Requirement.ANY,
                    new RequestFacts("p", "mallory", "", "", Map.of(), 0, Optional.of(Duration.ofMinutes(2))),
                    Set.of()));

            assertThat(farm.scheduler.why(execution))
                    .containsExactly(
                            "Worker `ann` is not willing: `requester` is `mallory`, `requester != \"mallory\"` is"
                                    + " required",
                            "Worker `bob` is not willing: `expected` is `120.0`, `expected < 60.0` is required");
        }

        private static Job lasting(String key, Duration expected) {
            return new Job(
                    key,
                    true,
                    Requirement.ANY,
                    new RequestFacts("p", "", "", "", Map.of(), 0, Optional.of(expected)),
                    Set.of());
        }

        private static RequestFacts withExpected(String project) {
            return new RequestFacts(project, "", "", "", Map.of(), 0, Optional.of(Duration.ofSeconds(3)));
        }

        private static Job on(String branch) {
            return new Job(
                    branch,
                    true,
                    Requirement.ANY,
                    new RequestFacts("p", "", "", branch, Map.of(), 0, Optional.empty()),
                    Set.of());
        }

        private String job(ExecutionId execution) {
            return farm.scheduler.snapshot().workers().stream()
                    .flatMap(worker -> worker.running().stream())
                    .filter(attempt -> attempt.execution().equals(execution))
                    .findAny()
                    .orElseThrow()
                    .key();
        }

        private List<Decision> join(WorkerId worker, String policy) {
            farm.apply(new Event.WorkerAnnounced(worker, new Offer(LINUX, Policy.parse(policy), 1, "", Map.of())));
            return farm.poll(worker);
        }
    }

    @Nested
    class NobodyFits {
        @Test
        void isSaidAtOnceAndIsTheVerdictAfterAWhile() {
            farm.announce(ANN);

            var decided = farm.submit(requiring("a", "os == 'windows'"));
            assertThat(decided.getLast())
                    .isInstanceOfSatisfying(
                            Decision.Queued.class,
                            queued -> assertThat(queued.reason()).startsWith("No worker fits"));
            assertThat(farm.scheduler.nextDue()).contains(farm.now().plus(UNSUPPORTED));
            assertThat(farm.tick(UNSUPPORTED.minusNanos(1))).isEmpty();
            assertThat(farm.tick(Duration.ofNanos(1)))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Decision.Ended.class,
                            ended -> assertThat(ended.verdict())
                                    .isEqualTo(new Verdict.NobodyFits(
                                            "Gave up because no worker that was connected fits, for 10 min: `os` is"
                                                    + " `linux`, `os == \"windows\"` is required",
                                            List.of())));
        }

        @Test
        void isNoVerdictWhileOneThatFitsIsBusyOrTakesNothing() {
            farm.announce(ANN, WINDOWS, 0);
            farm.queue(requiring("a", "os == 'windows'"));

            assertThat(farm.tick(Duration.ofDays(3))).isEmpty();
        }

        @Test
        void isNoVerdictWhileNobodyIsConnected() {
            var execution = farm.queue(requiring("a", "os == 'windows'"));

            assertThat(farm.tick(Duration.ofDays(3))).isEmpty();
            farm.announce(ANN);
            assertThat(farm.tick(UNSUPPORTED.dividedBy(2))).isEmpty();
            farm.apply(new Event.WorkerLeft(ANN));
            assertThat(farm.tick(Duration.ofDays(3))).isEmpty();
            assertThat(farm.why(execution)).isEqualTo("No worker is connected");
            farm.announce(ANN);
            assertThat(farm.tick(UNSUPPORTED.dividedBy(2))).hasSize(1);
        }

        @Test
        void beginsAnewWhenOneThatFitsWasThere() {
            farm.announce(ANN);
            farm.queue(requiring("a", "os == 'windows'"));
            farm.pass(UNSUPPORTED.dividedBy(2));
            farm.announce(BOB, WINDOWS, 1);
            farm.apply(new Event.WorkerLeft(BOB));

            assertThat(farm.tick(UNSUPPORTED.minusNanos(1))).isEmpty();
            assertThat(farm.tick(Duration.ofNanos(1))).hasSize(1);
        }

        @Test
        void doesNotBeginAnewWhenSomebodyJoins() {
            farm.announce(ANN);
            farm.queue(requiring("a", "os == 'windows'"));
            farm.pass(UNSUPPORTED.minusNanos(1));
            farm.submit(new Job(
                    "a", true, Requirement.parse("os == 'windows'"), ScriptedFarm.facts(-5, "other"), Set.of()));

            assertThat(farm.tick(Duration.ofNanos(1))).hasSize(1);
        }

        @Test
        void includesThatNobodyIsWilling() {
            farm.apply(new Event.WorkerAnnounced(
                    ANN, new Offer(LINUX, Policy.parse("project == 'lua'"), 1, "", Map.of())));
            farm.queue(wantedBy("zlib", "a"));

            assertThat(farm.tick(UNSUPPORTED).toString())
                    .contains("it is not willing, as `project` is `zlib`, `project == \"lua\"` is required");
        }
    }

    @Nested
    class Queue {
        @Test
        void isNeverBlockedByAHeadThatDoesNotFit() {
            farm.announce(BOB, WINDOWS, 0);
            for (var i = 0; i < 100; i++) {
                farm.queue(ScriptedFarm.requiring("big" + i, "os == 'windows'"));
            }
            var small = farm.queue(job("small"));
            farm.announce(ANN);

            assertThat(farm.take(ANN).execution()).isEqualTo(small);
        }

        @Test
        void takesNoMoreThanIsAllowed() {
            var small = new ScriptedFarm(TestLimits.withQueued(2));
            small.queue(job("a"));
            small.queue(job("b"));

            assertThat(small.submit(job("c")))
                    .containsExactly(
                            new Decision.Declined(new WaiterId(3), "2 actions wait already; no more are allowed"));
            assertThat(small.submit(job("a"))).singleElement().isInstanceOf(Decision.Joined.class);
            assertThat(small.withdraw(3)).isEmpty();
            small.withdraw(2);
            assertThat(small.submit(job("c"))).hasSize(2);
        }

        @Test
        void isNoObstacleToWhatNeedNotWait() {
            var small = new ScriptedFarm(TestLimits.withQueued(1));
            small.join(ANN);
            small.queue(requiring("a", "os == 'windows'"));

            assertThat(assigned(small.submit(job("b"))).worker()).isEqualTo(ANN);
        }
    }
}
