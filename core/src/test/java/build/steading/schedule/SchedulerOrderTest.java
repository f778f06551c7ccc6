// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.job;
import static build.steading.schedule.ScriptedFarm.urgent;
import static build.steading.schedule.ScriptedFarm.wantedBy;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Who goes first.
class SchedulerOrderTest {
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

            // The first tenant's executions have the first ten numbers.
            assertThat(first).filteredOn(id -> id < ScriptedFarm.FIRST_ID + 10).hasSize(5);
        }

        @Test
        void joiningMovesAnActionToThePoorerTenant() {
            farm.announce(ANN);
            farm.queue(new Job(
                    "w", true, Requirement.parse("os == 'windows'"), ScriptedFarm.facts(0, "waiting"), Set.of()));
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
    class UsersAndProjects {
        private final Map<ExecutionId, String> owners = new HashMap<>();

        @Test
        void userWithTenProjectsGetsNoMoreThanOneWithOne() {
            for (var i = 0; i < 400; i++) {
                queue("spread", "project" + i % 10);
                queue("single", "own");
            }

            assertThat(served(200).get("single")).isBetween(90L, 110L);
        }

        @Test
        void projectOfTenUsersGetsNoMoreThanOneOfOne() {
            for (var i = 0; i < 400; i++) {
                queue("user" + i % 10, "popular");
                queue("single", "own");
            }

            assertThat(served(200).get("single")).isBetween(90L, 110L);
        }

        @Test
        void usersShareTheirProjectEqually() {
            for (var i = 0; i < 100; i++) {
                queue("one", "shared");
                queue("one", "shared");
                queue("two", "shared");
            }

            assertThat(served(100).get("two")).isBetween(45L, 55L);
        }

        @Test
        void newProjectOfABusyUserGetsNoMoreForBeingNew() {
            for (var i = 0; i < 400; i++) {
                queue("busy", "old");
                queue("other", "own");
            }
            served(200);
            for (var i = 0; i < 100; i++) {
                queue("busy", "new");
            }

            assertThat(served(100).get("other")).isBetween(45L, 55L);
        }

        private void queue(String requester, String project) {
            var facts = RequestFacts.of(project, requester);
            owners.put(farm.queue(new Job("key" + owners.size(), true, Requirement.ANY, facts, Set.of())), requester);
        }

        /// Lets one slot run some actions of ten seconds.
        ///
        /// @return how many of each user ran
        private Map<String, Long> served(int actions) {
            farm.announce(ANN);
            var served = new ArrayList<String>();
            for (var i = 0; i < actions; i++) {
                var taken = farm.take(ANN);
                served.add(owners.get(taken.execution()));
                farm.pass(Duration.ofSeconds(10));
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
}
