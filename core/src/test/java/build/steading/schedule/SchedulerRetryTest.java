// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.BOB;
import static build.steading.schedule.ScriptedFarm.CAT;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.assigned;
import static build.steading.schedule.ScriptedFarm.job;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How often, when and where the farm tries again, by the class of what went wrong.
class SchedulerRetryTest {
    private final ScriptedFarm farm = new ScriptedFarm();

    @Nested
    class Budgets {
        @ParameterizedTest
        @CsvSource({
            "SETUP, 4, 5 60 300",
            "WORKER_LOST, 5, 0 10 60 300",
            "DISK_FULL, 3, 0 0",
            "CORRUPT, 3, 0 0",
            "UPLOAD, 2, 10"
        })
        void ofEachClassEndWithItsLastAttempt(Fault fault, int attempts, String backOffs) {
            farm.announce(ANN);
            var execution = farm.queue(job("a"));
            var number = 1;
            for (var backOff : backOffs.split(" ", -1)) {
                var wait = Duration.ofSeconds(Long.parseLong(backOff));
                var lease = farm.take(ANN).lease();
                assertThat(farm.fail(lease, fault))
                        .startsWith(farm.requeued(execution, fault, "No luck", ++number, wait));
                farm.tick(wait);
                farm.tick(Duration.ofHours(1));
                cure();
            }

            assertThat(number).isEqualTo(attempts);
            assertThat(farm.fail(farm.take(ANN).lease(), fault))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Decision.Ended.class,
                            ended -> assertThat(ended.verdict())
                                    .isInstanceOfSatisfying(
                                            Verdict.GaveUp.class,
                                            gaveUp -> assertThat(gaveUp.reason())
                                                    .isEqualTo("Gave up after %d attempts; the last: No luck"
                                                            .formatted(attempts))));
        }

        /// A worker in quarantine must do something well before it gets more.
        private void cure() {
            if (!farm.status(ANN).health().quarantined()) {
                return;
            }
            farm.submit(ScriptedFarm.urgent("canary", -1000));
            farm.done(farm.take(ANN).lease());
        }

        @Test
        void aWorkerThatLeavesCountsAsNoAttempt() {
            farm.announce(ANN);
            var execution = farm.queue(job("a"));
            for (var i = 1; i < 20; i++) {
                assertThat(farm.fail(farm.take(ANN).lease(), Fault.WORKER_SHUTDOWN))
                        .containsExactly(farm.requeued(execution, Fault.WORKER_SHUTDOWN, "No luck", 1));
                farm.tick(Limits.STANDARD.affinityDelay());
            }
            assertThat(farm.fail(farm.take(ANN).lease(), Fault.WORKER_SHUTDOWN))
                    .singleElement()
                    .isInstanceOf(Decision.Ended.class);
        }

        @Test
        void ofAllClassesTogetherAreLimited() {
            farm.announce(ANN, LINUX, 1);
            farm.queue(job("a"));
            var faults = List.of(
                    Fault.SETUP,
                    Fault.SETUP,
                    Fault.SETUP,
                    Fault.WORKER_LOST,
                    Fault.WORKER_LOST,
                    Fault.WORKER_LOST,
                    Fault.UPLOAD);
            for (var fault : faults) {
                assertThat(farm.fail(farm.take(ANN).lease(), fault)).first().isInstanceOf(Decision.Requeued.class);
                farm.tick(Duration.ofMinutes(5));
                farm.tick(Duration.ofSeconds(2));
            }

            assertThat(farm.fail(farm.take(ANN).lease(), Fault.WORKER_LOST))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Decision.Ended.class,
                            ended -> assertThat(ended.verdict().toString()).contains("Gave up after 8 attempts"));
        }

        @Test
        void endWithTheThirdWorkerThatIsLost() {
            var execution = farm.queue(job("a"));
            for (var worker : List.of(ANN, BOB)) {
                farm.join(worker);
                assertThat(farm.apply(new Event.WorkerLeft(worker)))
                        .last()
                        .extracting(decision -> ((Decision.Requeued) decision).execution())
                        .isEqualTo(execution);
                farm.tick(Duration.ofSeconds(10));
            }
            farm.join(CAT);
            assertThat(farm.apply(new Event.WorkerLeft(CAT)))
                    .last()
                    .isInstanceOfSatisfying(
                            Decision.Ended.class,
                            ended -> assertThat(ended.verdict())
                                    .isInstanceOfSatisfying(
                                            Verdict.GaveUp.class,
                                            gaveUp -> assertThat(gaveUp.reason())
                                                    .isEqualTo("Gave up because it seems to kill workers: 3 were lost"
                                                            + " while they ran it: `ann`, `bob`, `cat`")));
        }
    }

    @Nested
    class BackingOff {
        @Test
        void isNotOfferedToAnybodyBeforeItsTime() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("a")));
            farm.join(BOB);
            farm.fail(first.lease(), Fault.SETUP);

            assertThat(farm.scheduler.snapshot().queued()).isEqualTo(1);
            assertThat(farm.scheduler.nextDue()).contains(farm.now().plusSeconds(5));
            assertThat(farm.why(first.execution())).startsWith("Tries again in 5 s, after: No luck");
            assertThat(farm.tick(Duration.ofSeconds(5).minusNanos(1))).isEmpty();
            assertThat(assigned(farm.tick(Duration.ofNanos(1))).worker()).isEqualTo(BOB);
        }

        @Test
        void leavesTheSlotToOthers() {
            farm.announce(ANN);
            farm.submit(job("a"));
            farm.fail(farm.take(ANN).lease(), Fault.SETUP);
            var other = farm.queue(job("b"));

            assertThat(farm.take(ANN).execution()).isEqualTo(other);
        }

        @Test
        void endsWithItsLastWaiter() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("a")));
            farm.fail(first.lease(), Fault.SETUP);

            assertThat(farm.withdraw(1)).hasSize(1);
            assertThat(farm.scheduler.snapshot().queued()).isZero();
            assertThat(farm.tick(Duration.ofHours(1))).isEmpty();
        }

        @Test
        void isJoinedMeanwhile() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("a")));
            farm.fail(first.lease(), Fault.SETUP);

            assertThat(farm.submit(ScriptedFarm.urgent("a", -1)))
                    .containsExactly(new Decision.Joined(new WaiterId(2), first.execution(), false));
            farm.join(BOB);
            assertThat(assigned(farm.tick(Duration.ofSeconds(5))).worker()).isEqualTo(BOB);
        }
    }

    @Nested
    class Refusals {
        private final Ending never = new Ending.Refused("I do not like it", Optional.empty());
        private final Ending later = new Ending.Refused("On battery", Optional.of(Duration.ofMinutes(15)));

        @Test
        void anotherWorkerIsAskedAtOnceAndNothingIsCounted() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("a")));
            farm.join(BOB);

            assertThat(refuse(first.lease(), never))
                    .startsWith(new Decision.Requeued(
                            first.execution(), Optional.empty(), "I do not like it", 1, farm.now()))
                    .last()
                    .extracting(decision -> ((Decision.Assigned) decision).worker())
                    .isEqualTo(BOB);
            assertThat(farm.status(ANN).health().score()).isEqualTo(0.5);
        }

        @Test
        void whoRefusedForEverIsNotAskedAgain() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("a")));
            refuse(first.lease(), never);

            assertThat(farm.poll(ANN)).isEmpty();
            assertThat(farm.tick(Duration.ofDays(300))).isEmpty();
            assertThat(farm.why(first.execution()))
                    .isEqualTo("Worker `ann` refused: I do not like it, and is not asked again");
        }

        @Test
        void whoRefusedForAWhileIsAskedThen() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("a")));
            refuse(first.lease(), later);
            farm.poll(ANN);

            assertThat(farm.why(first.execution()))
                    .isEqualTo("Worker `ann` refused: On battery, and is asked again in 15 min");
            assertThat(farm.scheduler.nextDue()).contains(farm.now().plus(Duration.ofMinutes(15)));
            assertThat(farm.tick(Duration.ofMinutes(15).minusNanos(1))).isEmpty();
            assertThat(assigned(farm.tick(Duration.ofNanos(1))).execution()).isEqualTo(first.execution());
        }

        @Test
        void ofOneExecutionSayNothingOfOthers() {
            farm.join(ANN);
            refuse(assigned(farm.submit(job("a"))).lease(), never);
            var other = farm.queue(job("b"));

            assertThat(farm.take(ANN).execution()).isEqualTo(other);
        }

        @Test
        void ofManyDoNotHideWhatAWorkerWouldTake() {
            farm.announce(ANN, LINUX, 1);
            for (var i = 0; i < 100; i++) {
                farm.submit(job("ann" + i));
                refuse(farm.take(ANN).lease(), never);
            }
            farm.announce(BOB);
            farm.submit(ScriptedFarm.urgent("bob", -1));
            refuse(farm.take(BOB).lease(), never);

            assertThat(farm.take(ANN).execution()).isNotNull();
            assertThat(farm.take(BOB).execution().value()).isEqualTo(ScriptedFarm.FIRST_ID);
        }

        private List<Decision> refuse(LeaseId lease, Ending refusal) {
            return farm.apply(new Event.Finished(lease, refusal));
        }
    }
}
