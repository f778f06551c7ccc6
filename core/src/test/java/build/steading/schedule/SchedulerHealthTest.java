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

/// Which workers are not trusted, and how they come to be trusted again.
class SchedulerHealthTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /// What failed here waits so long for somebody else.
    private static final Duration AWHILE = Limits.STANDARD.affinityDelay();

    private final ScriptedFarm farm = new ScriptedFarm();

    @Nested
    class Suspicion {
        @Test
        void fallsOnAWorkerOnWhichThreeActionsFail() {
            farm.announce(BOB);
            failDifferent(ANN, 2);
            assertThat(farm.status(ANN).health().quarantined()).isFalse();
            failDifferent(ANN, 1);

            assertThat(farm.status(ANN).health())
                    .isEqualTo(new Snapshot.Health(
                            0.8, true, "No luck", Optional.of(farm.now().plus(MINUTE))));
            assertThat(farm.poll(ANN)).isEmpty();
        }

        @Test
        void doesNotFallOnAWorkerThatMostlySucceeds() {
            farm.announce(BOB);
            farm.announce(ANN);
            for (var i = 0; i < 4; i++) {
                farm.submit(job("good" + i));
                farm.done(farm.take(ANN).lease());
            }
            failDifferent(ANN, 3);

            assertThat(farm.status(ANN).health().quarantined()).isFalse();
        }

        @Test
        void doesNotFallOnAWorkerBecauseOfOneBadAction() {
            farm.announce(BOB);
            farm.announce(ANN);
            farm.submit(job("bad"));
            for (var i = 0; i < 3; i++) {
                farm.fail(farm.take(ANN).lease(), Fault.SETUP);
                farm.tick(Duration.ofMinutes(5));
                farm.tick(Duration.ofSeconds(2));
            }

            assertThat(farm.status(ANN).health().score()).isLessThan(0.7);
            assertThat(farm.status(ANN).health().quarantined()).isFalse();
        }

        @Test
        void doesNotFallOnTheLastWorkerThatIsWell() {
            failDifferent(ANN, 5);

            assertThat(farm.status(ANN).health().quarantined()).isFalse();
        }

        @Test
        void doesNotOutliveTheVerdictThatAnActionKillsWorkers() {
            farm.announce(new WorkerId("dan"));
            farm.announce(ANN);
            farm.announce(BOB);
            farm.announce(CAT);
            failDifferent(ANN, 2);
            farm.submit(job("killer"));
            for (var worker : List.of(ANN, BOB, CAT)) {
                farm.fail(farm.take(worker).lease(), Fault.WORKER_LOST);
                if (worker.equals(ANN)) {
                    assertThat(farm.status(ANN).health().quarantined()).isTrue();
                }
                farm.tick(Duration.ofSeconds(10));
            }

            assertThat(farm.status(ANN).health().quarantined()).isFalse();
            assertThat(farm.status(CAT).health().score()).isEqualTo(0.5);
            assertThat(farm.poll(ANN)).isEmpty();
        }

        @Test
        void isRememberedWhileAWorkerIsAway() {
            farm.announce(BOB);
            failDifferent(ANN, 3);
            farm.apply(new Event.WorkerLeft(ANN));
            farm.announce(ANN);

            assertThat(farm.status(ANN).health().quarantined()).isTrue();
        }
    }

    @Nested
    class Quarantine {
        @Test
        void beginsAtOnceWhenADiskIsFullOrBytesAreWrong() {
            farm.announce(BOB);
            for (var fault : List.of(Fault.DISK_FULL, Fault.CORRUPT)) {
                var worker = new WorkerId(fault.name());
                farm.announce(worker);
                var execution = farm.queue(job(fault.name()));
                farm.fail(farm.take(worker).lease(), fault);

                assertThat(farm.status(worker).health().reason()).isEqualTo("No luck");
                assertThat(farm.scheduler.why(execution))
                        .contains("Worker `%s` is in quarantine for 60 s more: No luck".formatted(fault));
                farm.apply(new Event.WorkerLeft(worker));
            }
        }

        @Test
        void endsWithACanaryThatEndsWell() {
            fillDisk();
            farm.announce(ANN, LINUX, 2);
            farm.queue(job("b"));
            assertThat(farm.poll(ANN)).isEmpty();
            assertThat(farm.poll(ANN)).isEmpty();

            assertThat(farm.scheduler.nextDue()).isPresent();
            assertThat(farm.tick(MINUTE.minusNanos(1))).isEmpty();
            var canary = assigned(farm.tick(Duration.ofNanos(1)));
            assertThat(farm.status(ANN).health())
                    .isEqualTo(
                            new Snapshot.Health(farm.status(ANN).health().score(), true, "No luck", Optional.empty()));
            assertThat(farm.status(ANN).running()).hasSize(1);
            assertThat(assigned(farm.done(canary.lease())).worker()).isEqualTo(ANN);
            assertThat(farm.status(ANN).health().quarantined()).isFalse();
        }

        @Test
        void takesTwiceAsLongEachTimeUpToAnHour() {
            fillDisk();
            for (var minutes : List.of(1, 2, 4, 8, 16, 32, 60, 60)) {
                assertThat(farm.status(ANN).health().until())
                        .contains(farm.now().plus(Duration.ofMinutes(minutes)));
                farm.pass(Duration.ofMinutes(minutes));
                farm.submit(ScriptedFarm.urgent("next" + minutes, -1000));
                farm.fail(farm.take(ANN).lease(), Fault.SETUP);
            }
        }

        @Test
        void isNoLongerForSeveralFailuresAtOnce() {
            farm.announce(BOB);
            farm.announce(ANN, LINUX, 3);
            farm.submit(job("a"));
            farm.submit(job("b"));
            var first = farm.take(ANN);
            var second = farm.take(ANN);
            farm.fail(first.lease(), Fault.DISK_FULL);
            farm.pass(Duration.ofSeconds(10));
            farm.fail(second.lease(), Fault.DISK_FULL);

            assertThat(farm.status(ANN).health().until()).contains(farm.now().plus(MINUTE));
        }

        @Test
        void isShortAgainAfterAnHourOfHealth() {
            fillDisk();
            farm.pass(MINUTE);
            farm.done(farm.take(ANN).lease());
            farm.pass(Duration.ofHours(1).plusNanos(1));
            farm.submit(job("b"));
            farm.fail(farm.take(ANN).lease(), Fault.DISK_FULL);

            assertThat(farm.status(ANN).health().until()).contains(farm.now().plus(MINUTE));
        }

        @Test
        void goesOnWithAnotherCanaryIfOneSaysNothing() {
            fillDisk();
            farm.pass(MINUTE);
            var first = farm.take(ANN);
            farm.poll(ANN);
            farm.submit(job("b"));

            assertThat(assigned(farm.fail(first.lease(), Fault.WORKER_SHUTDOWN)).worker())
                    .isEqualTo(ANN);
            assertThat(farm.status(ANN).health().quarantined()).isTrue();
        }

        @Test
        void doesNotKeepTheOnlyWorkerThatIsWell() {
            for (var fault : List.of(Fault.DISK_FULL, Fault.CORRUPT)) {
                farm.announce(ANN);
                farm.announce(BOB, LINUX, 0);
                farm.submit(job(fault.name()));
                farm.fail(farm.take(ANN).lease(), fault);
                farm.poll(ANN);
                farm.fail(assigned(farm.tick(AWHILE)).lease(), fault);
                farm.poll(ANN);
                var third = assigned(farm.tick(AWHILE)).lease();

                assertThat(farm.status(ANN).health().quarantined()).isFalse();
                assertThat(farm.fail(third, fault)).hasAtLeastOneElementOfType(Decision.Ended.class);
            }
        }

        private void fillDisk() {
            farm.announce(BOB);
            farm.announce(ANN);
            farm.submit(job("a"));
            farm.fail(farm.take(ANN).lease(), Fault.DISK_FULL);
        }
    }

    /// Lets different actions fail on a worker, one after the other.
    private void failDifferent(WorkerId worker, int count) {
        farm.announce(worker);
        for (var i = 0; i < count; i++) {
            var key = worker + "-" + farm.scheduler.snapshot().queued() + "-" + i;
            farm.submit(ScriptedFarm.urgent(key, -1));
            farm.fail(farm.take(worker).lease(), Fault.SETUP);
        }
        for (var i = 1; farm.scheduler.snapshot().queued() > 0; i++) {
            farm.withdraw(i);
        }
    }
}
