// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.BOB;
import static build.steading.schedule.ScriptedFarm.CAT;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.assigned;
import static build.steading.schedule.ScriptedFarm.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.platform.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private static final Duration TTL = Limits.STANDARD.leaseTtl();
    private static final Duration DELAY = Limits.STANDARD.affinityDelay();
    private static final WaiterId FIRST = new WaiterId(1);
    private static final WaiterId SECOND = new WaiterId(2);
    private final ScriptedFarm farm = new ScriptedFarm();

    @Nested
    class Merging {
        @Test
        void equalActionInTheQueueIsJoined() {
            var execution = farm.queue(job("a"));

            assertThat(farm.submit(job("a"))).containsExactly(new Decision.Joined(SECOND, execution, false));
        }

        @Test
        void equalActionThatRunsIsJoinedAndEndsForAll() {
            farm.join(ANN);
            var running = assigned(farm.submit(job("a")));

            assertThat(farm.submit(job("a"))).containsExactly(new Decision.Joined(SECOND, running.execution(), true));
            assertThat(farm.done(running.lease()))
                    .containsExactly(
                            new Decision.Ended(running.execution(), List.of(FIRST, SECOND), new Verdict.Done()));
        }

        @Test
        void endedActionIsNotJoined() {
            farm.join(ANN);
            var ended = assigned(farm.submit(job("a")));
            farm.done(ended.lease());

            assertThat(farm.queue(job("a"))).isNotEqualTo(ended.execution());
        }

        @Test
        void actionThatIsNotMergeableRunsForItself() {
            var alone = new Job("a", false, Requirement.ANY, ScriptedFarm.facts(0, "tenant"), Set.of());
            var first = farm.queue(alone);
            var second = farm.queue(job("a"));
            var third = farm.queue(alone);

            assertThat(Set.of(first, second, third)).hasSize(3);
        }

        @Test
        void waiterWhoLeavesOthersIsDetached() {
            farm.submit(job("a"));
            farm.submit(job("a"));

            assertThat(farm.withdraw(1)).containsExactly(new Decision.Detached(FIRST));
            assertThat(farm.join(ANN)).hasSize(1);
        }

        @Test
        void lastWaiterCancelsWhatIsQueued() {
            var execution = farm.queue(job("a"));

            assertThat(farm.withdraw(1))
                    .containsExactly(new Decision.Ended(execution, List.of(FIRST), new Verdict.Cancelled("dora")));
            assertThat(farm.join(ANN)).isEmpty();
        }

        @Test
        void lastWaiterCancelsWhatRunsAndTheSlotIsFree() {
            farm.announce(ANN);
            farm.submit(job("a"));
            var running = farm.take(ANN);
            farm.poll(ANN);
            var next = farm.queue(job("b"));

            assertThat(farm.withdraw(1))
                    .startsWith(
                            new Decision.Revoked(running.lease(), ANN, "Cancelled by dora"),
                            new Decision.Ended(running.execution(), List.of(FIRST), new Verdict.Cancelled("dora")))
                    .last()
                    .extracting(decision -> ((Decision.Assigned) decision).execution())
                    .isEqualTo(next);
        }

        @Test
        void unknownWaiterIsIgnored() {
            assertThat(farm.withdraw(7)).isEmpty();
        }

        @Test
        void waiterWaitsForOneThingOnly() {
            farm.submit(job("a"));
            assertThatThrownBy(() -> farm.apply(new Event.Submitted(FIRST, job("b"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Waiter `1` waits already");
        }
    }

    @Nested
    class Leases {
        @Test
        void lapseExactlyWhenTheirTimeIsUp() {
            farm.join(ANN);
            var running = assigned(farm.submit(job("a")));

            assertThat(farm.tick(TTL.minusNanos(1))).isEmpty();
            assertThat(farm.tick(Duration.ofNanos(1)))
                    .containsExactly(
                            new Decision.Revoked(running.lease(), ANN, "Worker `ann` went silent"),
                            farm.requeued(running.execution(), Fault.WORKER_LOST, "Worker `ann` went silent", 2));
        }

        @Test
        void lapseBeforeAnyOtherEventOfThatTime() {
            farm.join(ANN);
            var running = assigned(farm.submit(job("a")));
            farm.pass(TTL);

            assertThat(farm.done(running.lease())).hasSize(3).last().isEqualTo(new Decision.Gone(running.lease()));
        }

        @Test
        void lastAFullTimeFromTheirRenewal() {
            farm.join(ANN);
            var running = assigned(farm.submit(job("a")));
            farm.pass(TTL.minusNanos(1));

            assertThat(farm.renew(ANN, running.lease())).isEmpty();
            assertThat(farm.tick(TTL.minusNanos(1))).isEmpty();
            assertThat(farm.scheduler.nextDue()).contains(Instant.parse("2026-01-01T00:00:29.999999999Z"));
            assertThat(farm.tick(Duration.ofNanos(1))).hasSize(2);
        }

        @Test
        void areRenewedByTheirHolderOnly() {
            farm.join(ANN);
            farm.announce(BOB);
            var running = assigned(farm.submit(job("a")));
            farm.pass(TTL.minusNanos(1));

            assertThat(farm.renew(BOB, running.lease())).containsExactly(new Decision.Gone(running.lease()));
            assertThat(farm.renew(CAT, running.lease())).containsExactly(new Decision.Gone(running.lease()));
            assertThat(farm.tick(Duration.ofNanos(1))).hasSize(2);
        }

        @Test
        void endOnce() {
            farm.join(ANN);
            var running = assigned(farm.submit(job("a")));
            farm.done(running.lease());

            assertThat(farm.done(running.lease())).containsExactly(new Decision.Gone(running.lease()));
            assertThat(farm.fail(running.lease())).containsExactly(new Decision.Gone(running.lease()));
            assertThat(farm.renew(ANN, running.lease())).containsExactly(new Decision.Gone(running.lease()));
        }

        @Test
        void haveIdsFromTheGivenOneUpwards() {
            var scheduler = new Scheduler(Limits.STANDARD, 1000);
            scheduler.apply(new Event.WorkerAnnounced(ANN, Offer.of(LINUX, 1)), Instant.EPOCH);
            scheduler.apply(new Event.Polled(ANN), Instant.EPOCH);

            var lease = assigned(scheduler.apply(new Event.Submitted(FIRST, job("a")), Instant.EPOCH))
                    .lease();
            assertThat(lease.value()).isGreaterThanOrEqualTo(1000);
        }

        @Test
        void doNotComeBackWhenTheClockDoes() {
            farm.join(ANN);
            var running = assigned(farm.submit(job("a")));
            farm.pass(Duration.ofHours(-1));
            farm.renew(ANN, running.lease());

            assertThat(farm.tick(Duration.ofHours(1).plus(TTL).minusNanos(1))).isEmpty();
            assertThat(farm.tick(Duration.ofNanos(1))).hasSize(2);
        }
    }

    @Nested
    class Retrying {
        @Test
        void goesToAnotherWorkerAtOnce() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("a")));
            farm.poll(ANN);
            farm.announce(BOB);
            farm.poll(BOB);

            assertThat(farm.fail(first.lease()))
                    .first()
                    .isEqualTo(farm.requeued(first.execution(), Fault.WORKER_SHUTDOWN, "No luck", 1));
            assertThat(farm.scheduler.snapshot().workers().get(1).running()).hasSize(1);
        }

        @Test
        void waitsForAnotherWorkerForABoundedTimeOnly() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("a")));
            farm.fail(first.lease());

            assertThat(farm.poll(ANN)).isEmpty();
            assertThat(farm.why(first.execution())).isEqualTo("Waits a moment for a worker that did not fail at it");
            assertThat(farm.tick(DELAY.minusNanos(1))).isEmpty();
            assertThat(assigned(farm.tick(Duration.ofNanos(1))).worker()).isEqualTo(ANN);
        }

        @Test
        void keepsItsPlaceByAge() {
            farm.join(ANN);
            var first = assigned(farm.submit(job("old")));
            farm.pass(Duration.ofSeconds(1));
            farm.submit(job("new"));
            farm.fail(first.lease());
            farm.announce(BOB);

            assertThat(farm.take(BOB).execution()).isEqualTo(first.execution());
        }
    }
}
