// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RankedQueueTest {
    private final RankedQueue queue = new RankedQueue();
    private final TreeSet<Execution> expected = new TreeSet<>(Execution.BY_RANK);
    private long lastId;

    @Test
    void comesOutInOrderHoweverItCameIn() {
        var random = new Random(1);
        var all = new ArrayList<Execution>();
        for (var i = 0; i < 20_000; i++) {
            if (random.nextInt(5) < 3 || all.isEmpty()) {
                // Mostly in order, sometimes late, and of more priorities than there are lines.
                var late = random.nextInt(10) == 0 ? random.nextInt(1000) : 0;
                var execution = execution(random.nextInt(20), i - late);
                all.add(execution);
                queue.add(execution);
                expected.add(execution);
            } else {
                var removed = random.nextBoolean() ? expected.first() : all.get(random.nextInt(all.size()));
                all.remove(removed);
                queue.remove(removed);
                expected.remove(removed);
            }
            assertThat(queue.first()).isSameAs(expected.isEmpty() ? null : expected.first());
        }
        while (!expected.isEmpty()) {
            assertThat(queue.first()).isSameAs(expected.first());
            queue.remove(expected.pollFirst());
        }
        assertThat(queue.first()).isNull();
    }

    private Execution execution(int priority, long rank) {
        var job = new Job("key", false, Requirement.ANY, ScriptedFarm.facts(priority, "tenant"), Set.of());
        var requirement = new RequirementClass(Requirement.ANY, Map.of(), RequestFacts.NONE);
        var execution = new Execution(
                new ExecutionId(++lastId),
                job,
                requirement,
                new Tenant(new TenantName("", "tenant"), 0, new Account("tenant", 0), null),
                0);
        execution.rank = rank + 100L * priority;
        return execution;
    }
}
