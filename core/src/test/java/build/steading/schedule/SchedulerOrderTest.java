// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.BOB;
import static build.steading.schedule.ScriptedFarm.CAT;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.assigned;
import static build.steading.schedule.ScriptedFarm.job;
import static build.steading.schedule.ScriptedFarm.near;
import static build.steading.schedule.ScriptedFarm.urgent;
import static build.steading.schedule.ScriptedFarm.wantedBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.platform.Requirement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Who goes first, and where.
class SchedulerOrderTest {
    private static final Duration DELAY = Limits.STANDARD.affinityDelay();
    private static final Duration AGEING = Limits.STANDARD.ageing();
    private final ScriptedFarm farm = new ScriptedFarm();

    @Nested
    class Fairness {
        private final Map<ExecutionId, String> tenants = new HashMap<>();

        @Test
        void shareIsEqualHoweverMuchIsQueued() {
            queue("greedy", 100);
            queue("modest", 10);
            var second = Duration.ofSeconds(1);

            assertThat(served(20, Map.of("greedy", second, "modest", second))).containsEntry("modest", 10L);
        }

        @Test
        void slotTimeCountsRatherThanActions() {
            queue("long", 100);
            queue("short", 100);
            var served = served(44, Map.of("long", Duration.ofSeconds(10), "short", Duration.ofSeconds(1)));

            assertThat(served.get("short")).isBetween(38L, 41L);
        }

        @Test
        void veryShortActionsAreNotChargedForMoreThanTheyTake() {
            queue("long", 100);
            queue("short", 100);
            var served = served(44, Map.of("long", Duration.ofMillis(1000), "short", Duration.ofMillis(100)));

            assertThat(served.get("short")).isBetween(38L, 41L);
        }

        @Test
        void newcomerDoesNotMakeOthersWaitForAllTheirPast() {
            queue("old", 300);
            served(200, Map.of("old", Duration.ofSeconds(10)));
            queue("new", 100);
            var served = served(40, Map.of("old", Duration.ofSeconds(10), "new", Duration.ofSeconds(10)));

            assertThat(served.get("old")).isBetween(17L, 21L);
        }

        @Test
        void idleTenantSavesUpABoundedAdvantageOnly() {
            queue("sometimes", 1);
            served(1, Map.of("sometimes", Duration.ofSeconds(1)));
            queue("busy", 300);
            queue("other", 300);
            served(100, Map.of("busy", Duration.ofSeconds(10), "other", Duration.ofSeconds(10)));
            queue("sometimes", 100);
            var all = Duration.ofSeconds(10);

            assertThat(served(30, Map.of("busy", all, "other", all, "sometimes", all))
                            .get("sometimes"))
                    .isBetween(10L, 16L);
        }

        @Test
        void manySlotsAtOnceAreShared() {
            for (var i = 0; i < 10; i++) {
                farm.submit(wantedBy("one", "o" + i));
            }
            for (var i = 0; i < 10; i++) {
                farm.submit(wantedBy("two", "t" + i));
            }
            farm.announce(ANN, LINUX, 10);
            var first = IntStream.range(0, 10)
                    .mapToObj(_ -> farm.take(ANN).execution().value())
                    .toList();

            // The first tenant's executions have the numbers 1 to 10.
            assertThat(first).filteredOn(id -> id <= 10).hasSize(5);
        }

        @Test
        void joiningMovesAnActionToThePoorerTenant() {
            farm.announce(ANN);
            farm.queue(new Job("w", true, Requirement.parse("os == 'windows'"), 0, "waiting", Set.of()));
            farm.submit(wantedBy("rich", "r0"));
            var running = farm.take(ANN);
            farm.queue(wantedBy("rich", "r1"));
            var shared = farm.queue(wantedBy("rich", "r2"));
            farm.pass(Duration.ofSeconds(10));
            farm.done(running.lease());
            farm.submit(wantedBy("poor", "r2"));

            assertThat(farm.take(ANN).execution()).isEqualTo(shared);
        }

        @Test
        void timeBeyondALeaseIsNobodysUse() {
            farm.announce(ANN);
            queue("waiting", 100);
            queue("lost", 100);
            farm.take(ANN);
            farm.poll(ANN);
            farm.tick(Duration.ofDays(400));
            var second = Duration.ofSeconds(1);
            farm.apply(new Event.PollEnded(ANN));

            assertThat(served(40, Map.of("waiting", second, "lost", second)).get("waiting"))
                    .isBetween(12L, 21L);
        }

        private void queue(String tenant, int count) {
            for (var i = 0; i < count; i++) {
                tenants.put(farm.queue(wantedBy(tenant, tenant + tenants.size())), tenant);
            }
        }

        /// Lets one slot run some actions, which take as long as is said of their tenants.
        ///
        /// @return how many of each tenant ran
        private Map<String, Long> served(int actions, Map<String, Duration> durations) {
            farm.announce(ANN);
            var served = new ArrayList<String>();
            for (var i = 0; i < actions; i++) {
                var taken = farm.take(ANN);
                var tenant = tenants.get(taken.execution());
                served.add(tenant);
                farm.pass(durations.get(tenant));
                farm.done(taken.lease());
            }
            return served.stream().collect(Collectors.groupingBy(name -> name, Collectors.counting()));
        }
    }

    @Nested
    class PriorityAndAge {
        @Test
        void olderGoesFirst() {
            var first = farm.queue(job("a"));
            farm.pass(Duration.ofMillis(1));
            farm.queue(job("b"));
            farm.announce(ANN);

            assertThat(farm.take(ANN).execution()).isEqualTo(first);
        }

        @Test
        void moreUrgentGoesFirst() {
            farm.queue(urgent("a", 0));
            farm.pass(AGEING.minusNanos(1000));
            var urgent = farm.queue(urgent("b", -1));
            farm.announce(ANN);

            assertThat(farm.take(ANN).execution()).isEqualTo(urgent);
        }

        @Test
        void waitingLongEnoughCountsAsMuchAsUrgency() {
            var old = farm.queue(urgent("a", 0));
            farm.pass(AGEING);
            farm.queue(urgent("b", -1));
            farm.announce(ANN);

            assertThat(farm.take(ANN).execution()).isEqualTo(old);
        }

        @Test
        void mostUrgentWaiterCounts() {
            farm.queue(urgent("a", 0));
            var joined = farm.queue(urgent("b", 0));
            farm.submit(urgent("b", -1));
            farm.announce(ANN);

            assertThat(farm.take(ANN).execution()).isEqualTo(joined);
        }

        @Test
        void urgencyLeavesWithItsWaiter() {
            var first = farm.queue(urgent("a", 0));
            farm.queue(urgent("b", 0));
            farm.submit(urgent("b", -1));
            farm.withdraw(3);
            farm.announce(ANN);

            assertThat(farm.take(ANN).execution()).isEqualTo(first);
        }
    }

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
            var eager = new ScriptedFarm(new Limits(Duration.ofSeconds(15), Duration.ZERO, AGEING, 5, 3));
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
            assertThatThrownBy(() -> new Job("a", true, Requirement.ANY, 0, "tenant", inputs))
                    .hasMessage("Job `a` has 17 inputs in its affinity; 16 are allowed");
            assertThat(new Job(
                                    "a",
                                    true,
                                    Requirement.ANY,
                                    0,
                                    "tenant",
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
                farm.queue(new Job("near" + i, true, Requirement.ANY, 0, "tenant" + i, Set.of("tree")));
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
