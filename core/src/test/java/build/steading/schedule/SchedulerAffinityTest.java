// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.BOB;
import static build.steading.schedule.ScriptedFarm.CAT;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.assigned;
import static build.steading.schedule.ScriptedFarm.job;
import static build.steading.schedule.ScriptedFarm.near;
import static build.steading.schedule.ScriptedFarm.wantedBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.platform.Requirement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Which worker an action waits for, and for how long.
class SchedulerAffinityTest {
    private static final Duration DELAY = Limits.STANDARD.affinityDelay();
    private final ScriptedFarm farm = new ScriptedFarm();

    @Nested
    class Affinity {
        @Test
        void idleWorkerWithTheInputsIsPreferredToTheOneThatIsIdleLonger() {
            warm(ANN, 1);
            farm.announce(BOB);
            farm.poll(BOB);
            farm.poll(ANN);

            assertThat(assigned(farm.submit(near("a", "tree"))).worker()).isEqualTo(ANN);
        }

        @Test
        void workerTakesWhatItHasInputsOf() {
            warm(ANN, 1);
            farm.queue(job("a"));
            farm.pass(DELAY);
            var near = farm.queue(near("b", "tree"));

            assertThat(farm.take(ANN).execution()).isEqualTo(near);
        }

        @Test
        void nothingIsOvertakenByWhatCameMuchLater() {
            warm(ANN, 1);
            var first = farm.queue(job("a"));
            farm.pass(DELAY.plusNanos(1000));
            farm.queue(near("b", "tree"));

            assertThat(farm.take(ANN).execution()).isEqualTo(first);
        }

        @Test
        void busyWorkerWithTheInputsIsWaitedForForABoundedTimeOnly() {
            warm(ANN, 1);
            farm.announce(BOB);
            farm.poll(BOB);
            var near = farm.queue(near("a", "tree"));

            assertThat(farm.why(near)).contains("Waits a moment for worker `ann`, which has inputs of it");
            assertThat(farm.scheduler.nextDue()).isPresent();
            assertThat(farm.tick(DELAY.minusNanos(1))).isEmpty();
            assertThat(assigned(farm.tick(Duration.ofNanos(1))).worker()).isEqualTo(BOB);
        }

        @Test
        void busyWorkerWithTheInputsTakesWhatWaitsForIt() {
            warm(ANN, 1);
            farm.announce(BOB);
            farm.poll(BOB);
            var near = farm.queue(near("a", "tree"));

            assertThat(farm.take(ANN).execution()).isEqualTo(near);
        }

        @Test
        void noMoreWaitThanTheWorkerHasSlots() {
            warm(ANN, 1);
            farm.announce(BOB, LINUX, 2);
            farm.poll(BOB);
            farm.poll(BOB);
            farm.queue(near("a", "tree"));

            assertThat(assigned(farm.submit(near("b", "tree"))).worker()).isEqualTo(BOB);
        }

        @Test
        void aReservationEndsWithTheWait() {
            warm(ANN, 1);
            farm.announce(BOB);
            for (var i = 0; i < 3; i++) {
                farm.poll(BOB);
                var near = farm.queue(near("a" + i, "tree"));
                assertThat(farm.why(near)).contains("worker `ann`, which has inputs of it");
                assigned(farm.tick(DELAY));
                farm.withdraw(2 + i);
                farm.apply(new Event.WorkerLeft(BOB));
                farm.announce(BOB);
            }
        }

        @Test
        void theLast16InputsOfAWorkerAreRemembered() {
            warm(ANN, 1);
            fill(15);

            assertThat(farm.submit(near("a", "tree"))).last().isInstanceOf(Decision.Queued.class);
        }

        @Test
        void workerThatHadMoreInputsSinceIsNotWaitedFor() {
            warm(ANN, 1);
            fill(16);

            assertThat(assigned(farm.submit(near("a", "tree"))).worker()).isEqualTo(BOB);
        }

        /// Has ann run actions with other inputs, while bob becomes idle.
        private void fill(int inputs) {
            for (var i = 0; i < inputs; i++) {
                farm.queue(near("filler" + i, "other" + i));
                farm.done(farm.take(ANN).lease());
            }
            farm.announce(BOB);
            farm.poll(BOB);
        }

        @Test
        void withoutDelayNobodyWaits() {
            var eager = new ScriptedFarm(TestLimits.withAffinityDelay(Duration.ZERO));
            eager.announce(ANN);
            eager.queue(near("warm", "tree"));
            eager.done(eager.take(ANN).lease());
            eager.announce(BOB);
            eager.poll(BOB);

            assertThat(assigned(eager.submit(near("a", "tree"))).worker()).isEqualTo(BOB);
        }

        @Test
        void isLimited() {
            var inputs = IntStream.range(0, 17).mapToObj(i -> "input" + i).collect(Collectors.toSet());
            assertThatThrownBy(() -> new Job("a", true, Requirement.ANY, ScriptedFarm.facts(0, "tenant"), inputs))
                    .hasMessage("Job `a` has 17 inputs in its affinity; 16 are allowed");
            assertThat(new Job(
                                    "a",
                                    true,
                                    Requirement.ANY,
                                    ScriptedFarm.facts(0, "tenant"),
                                    Set.copyOf(List.copyOf(inputs).subList(0, 16)))
                            .affinity())
                    .hasSize(16);
        }
    }

    @Nested
    class ManyThatAreHeld {
        @Test
        void doNotHideWhatComesAfterThem() {
            failed(50);
            var fresh = farm.queue(job("fresh"));

            assertThat(farm.take(ANN).execution()).isEqualTo(fresh);
        }

        @Test
        void goToAnotherWorkerInOrder() {
            var failed = failed(50);
            farm.announce(BOB);

            assertThat(farm.take(BOB).execution()).isEqualTo(failed);
        }

        @Test
        void ofManyTenantsLeaveNobodyIdleBesideOldWork() {
            warm(ANN, 100);
            for (var i = 0; i < 17; i++) {
                farm.queue(new Job(
                        "near" + i, true, Requirement.ANY, ScriptedFarm.facts(0, "tenant" + i), Set.of("tree")));
            }
            farm.queue(wantedBy("late", "plain"));
            farm.announce(BOB, LINUX, 20);

            farm.take(BOB);
            farm.take(BOB);
        }

        /// Lets actions fail on ann, which the scheduler therefore keeps from it for a while; returns the first.
        private ExecutionId failed(int count) {
            farm.announce(ANN, LINUX, 100);
            farm.announce(CAT, LINUX, 0);
            var leases = new ArrayList<Decision.Assigned>();
            for (var i = 0; i < count; i++) {
                farm.queue(job("failing" + i));
                leases.add(farm.take(ANN));
            }
            leases.forEach(lease -> farm.fail(lease.lease()));
            return leases.getFirst().execution();
        }
    }

    /// Makes a worker hold the input `tree`. It does not ask for more work.
    private void warm(WorkerId worker, int slots) {
        farm.announce(worker, LINUX, slots);
        farm.queue(near("warm", "tree"));
        farm.done(farm.take(worker).lease());
    }
}
