// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.BOB;
import static build.steading.schedule.ScriptedFarm.CAT;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.assigned;
import static build.steading.schedule.ScriptedFarm.job;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.Requirement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What becomes of the attempts that an earlier scheduler of the same farm started.
class SchedulerRestartTest {
    private static final Duration TTL = Limits.STANDARD.leaseTtl();
    private static final Duration REATTACH = Limits.STANDARD.reattach();
    private static final Duration PATIENCE = Limits.STANDARD.restartPatience();
    private static final LeaseId OLD = new LeaseId(7);
    private static final LeaseId OLDER = new LeaseId(6);
    private static final WaiterId FIRST = new WaiterId(1);
    private final ScriptedFarm farm = new ScriptedFarm();

    @Nested
    class Adoption {
        @Test
        void whatIsQueuedGoesOnWhereItRuns() {
            var execution = farm.queue(job("a"));

            assertThat(bring(ANN, OLD, "a")).containsExactly(new Decision.Adopted(OLD, execution, ANN));
            assertThat(farm.done(OLD))
                    .containsExactly(new Decision.Ended(execution, List.of(FIRST), new Verdict.Done()));
        }

        @Test
        void whatIsSubmittedLaterGoesOnWhereItRuns() {
            assertThat(bring(ANN, OLD, "a")).isEmpty();
            farm.pass(Duration.ofSeconds(5));

            assertThat(farm.submit(job("a")))
                    .containsExactly(
                            new Decision.Accepted(FIRST, new ExecutionId(ScriptedFarm.FIRST_ID)),
                            new Decision.Adopted(OLD, new ExecutionId(ScriptedFarm.FIRST_ID), ANN));
            assertThat(farm.submit(job("a")))
                    .containsExactly(
                            new Decision.Joined(new WaiterId(2), new ExecutionId(ScriptedFarm.FIRST_ID), true));
        }

        @Test
        void countsAsNoAttempt() {
            var execution = farm.queue(job("a"));
            bring(ANN, OLD, "a");

            assertThat(farm.fail(OLD, Fault.SETUP))
                    .containsExactly(farm.requeued(execution, Fault.SETUP, "No luck", 2, Duration.ofSeconds(5)));
        }

        @Test
        void adoptedLeaseLapsesLikeAnyOther() {
            farm.queue(job("a"));
            bring(ANN, OLD, "a");
            farm.pass(TTL.minusNanos(1));

            assertThat(farm.renew(ANN, OLD)).isEmpty();
            assertThat(farm.tick(TTL.minusNanos(1))).isEmpty();
            assertThat(farm.tick(Duration.ofNanos(1)))
                    .first()
                    .isEqualTo(new Decision.Revoked(OLD, ANN, "Worker `ann` went silent"));
            assertThat(bring(ANN, OLD, "a")).startsWith(new Decision.Gone(OLD));
        }

        @Test
        void comesBeforeAnythingElseIsAssignedToTheWorker() {
            farm.announce(ANN, LINUX, 0);
            farm.poll(ANN);
            var other = farm.queue(job("b"));
            var held = farm.queue(job("a"));

            assertThat(farm.apply(announcement(ANN, 2, Map.of(OLD, "a"))))
                    .hasSize(2)
                    .startsWith(new Decision.Adopted(OLD, held, ANN))
                    .last()
                    .extracting(decision -> ((Decision.Assigned) decision).execution())
                    .isEqualTo(other);
        }

        @Test
        void eachOfSeveralUnmergeableActionsMayGoOn() {
            var alone = new Job("a", false, Requirement.ANY, ScriptedFarm.facts(0, "tenant"), Set.of());
            var first = farm.queue(alone);
            var second = farm.queue(alone);

            assertThat(bring(ANN, OLD, "a")).containsExactly(new Decision.Adopted(OLD, first, ANN));
            assertThat(bring(BOB, OLDER, "a")).containsExactly(new Decision.Adopted(OLDER, second, BOB));
            assertThat(bring(CAT, new LeaseId(5), "a")).containsExactly(new Decision.Gone(new LeaseId(5)));
        }

        @Test
        void whatBacksOffGoesOnAtOnce() {
            farm.join(BOB);
            var failed = assigned(farm.submit(job("a")));
            farm.fail(failed.lease(), Fault.SETUP);

            assertThat(bring(ANN, OLD, "a")).containsExactly(new Decision.Adopted(OLD, failed.execution(), ANN));
            assertThat(farm.tick(Duration.ofSeconds(5))).isEmpty();
        }
    }

    @Nested
    class Parking {
        @Test
        void parkedLeaseTakesUpASlot() {
            bring(ANN, OLD, "a");
            farm.poll(ANN);

            assertThat(farm.submit(job("b"))).last().isInstanceOf(Decision.Queued.class);
            assertThat(farm.status(ANN).parked()).isEqualTo(1);
            assertThat(farm.scheduler.snapshot().running()).isZero();
            assertThat(farm.scheduler.snapshot().parked()).isEqualTo(1);
            assertThat(farm.done(OLD)).hasSize(2);
        }

        @Test
        void secondWorkerWithTheSameActionIsToldToStop() {
            bring(ANN, OLD, "a");

            assertThat(bring(BOB, OLDER, "a")).containsExactly(new Decision.Gone(OLDER));
            assertThat(bring(BOB, OLD, "b")).containsExactly(new Decision.Gone(OLD));
        }

        @Test
        void workerWithAnActionThatRunsElsewhereIsToldToStop() {
            farm.join(ANN);
            assigned(farm.submit(job("a")));

            assertThat(bring(BOB, OLD, "a")).containsExactly(new Decision.Gone(OLD));
        }

        @Test
        void endsWhenNobodyAsksForItInTime() {
            bring(ANN, OLD, "a");
            for (var seconds = 0; seconds < REATTACH.toSeconds(); seconds += 10) {
                assertThat(farm.renew(ANN, OLD)).isEmpty();
                farm.pass(Duration.ofSeconds(10));
            }

            assertThat(farm.apply(new Event.Tick()))
                    .containsExactly(
                            new Decision.Revoked(OLD, ANN, "Nobody asked for it again after the restart of the farm"));
            assertThat(farm.renew(ANN, OLD)).containsExactly(new Decision.Gone(OLD));
            assertThat(bring(ANN, OLD, "a")).containsExactly(new Decision.Gone(OLD));
        }

        @Test
        void lapsesIfItsWorkerGoesSilent() {
            bring(ANN, OLD, "a");

            assertThat(farm.scheduler.nextDue()).contains(farm.now().plus(TTL));
            assertThat(farm.tick(TTL)).containsExactly(new Decision.Revoked(OLD, ANN, "Worker `ann` went silent"));
        }

        @Test
        void successIsKeptForWhoeverAsksLater() {
            bring(ANN, OLD, "a");

            assertThat(farm.done(OLD)).containsExactly(new Decision.Unclaimed(OLD, "a"));
            assertThat(farm.done(OLD)).containsExactly(new Decision.Gone(OLD));
            assertThat(bring(ANN, OLD, "a")).containsExactly(new Decision.Gone(OLD));
            assertThat(farm.queue(job("a"))).isNotNull();
        }

        @Test
        void failureIsNotKept() {
            bring(ANN, OLD, "a");

            assertThat(farm.fail(OLD))
                    .containsExactly(
                            new Decision.Revoked(OLD, ANN, "It failed before anybody asked for it again: No luck"));
        }

        @Test
        void endsWithItsWorker() {
            bring(ANN, OLD, "a");
            bring(BOB, OLDER, "b");

            assertThat(farm.announce(ANN))
                    .containsExactly(new Decision.Revoked(OLD, ANN, "Worker `ann` came back without it"));
            assertThat(farm.apply(new Event.WorkerLeft(BOB)))
                    .containsExactly(new Decision.Revoked(OLDER, BOB, "Worker `bob` left"));
        }

        @Test
        void leaseOfThisSchedulersOwnNumbersIsNotParked() {
            var unknown = new LeaseId(ScriptedFarm.FIRST_ID);

            assertThat(bring(ANN, unknown, "a")).containsExactly(new Decision.Gone(unknown));
        }
    }

    @Nested
    class Waiting {
        @Test
        void nothingIsAssignedUntilTheExpectedWorkersAreBack() {
            farm.apply(new Event.Restarted(Set.of(ANN, BOB)));
            farm.join(CAT);
            var waiting = farm.queue(job("a"));

            assertThat(farm.why(waiting))
                    .startsWith("Waits a moment after the restart of the farm for workers to come back (2 missing)");
            assertThat(farm.announce(ANN)).isEmpty();
            assertThat(assigned(farm.announce(BOB)).worker()).isEqualTo(CAT);
        }

        @Test
        void isOverAfterAWhileAnyway() {
            farm.apply(new Event.Restarted(Set.of(ANN)));
            farm.join(CAT);
            farm.queue(job("a"));

            assertThat(farm.scheduler.nextDue()).contains(farm.now().plus(PATIENCE));
            assertThat(farm.tick(PATIENCE.minusNanos(1))).isEmpty();
            assertThat(farm.tick(Duration.ofNanos(1))).hasSize(1);
        }

        @Test
        void isNotKnownToAFarmWithoutWorkers() {
            farm.apply(new Event.Restarted(Set.of()));
            farm.join(CAT);

            assertThat(assigned(farm.submit(job("a"))).worker()).isEqualTo(CAT);
        }

        @Test
        void doesNotKeepAnybodyFromGoingOn() {
            farm.apply(new Event.Restarted(Set.of(ANN, BOB)));
            var execution = farm.queue(job("a"));

            assertThat(bring(ANN, OLD, "a")).containsExactly(new Decision.Adopted(OLD, execution, ANN));
        }
    }

    private List<Decision> bring(WorkerId worker, LeaseId lease, String key) {
        return farm.apply(announcement(worker, 1, Map.of(lease, key)));
    }

    private static Event announcement(WorkerId worker, int slots, Map<LeaseId, String> held) {
        return new Event.WorkerAnnounced(worker, Offer.of(LINUX, slots).holding(held));
    }
}
