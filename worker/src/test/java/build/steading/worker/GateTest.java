// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.platform.Properties;
import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import build.steading.schedule.LeaseId;
import build.steading.worker.output.DeclaredOutputs;
import build.steading.worker.terms.FakeReadings;
import build.steading.worker.terms.Terms;
import build.steading.worker.terms.TestTerms;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final long GIB = 1L << 30;
    private static final Properties LINUX = new Properties(Map.of("os", "linux"));

    private final FakeReadings readings = new FakeReadings();
    private final Activity activity = new Activity(InstantSource.system(), 2 * GIB);

    private Gate gate(Terms terms) {
        return new Gate(terms, readings, () -> LINUX, activity);
    }

    private static Lease lease(long id) {
        return new Lease(new LeaseId(id), Digest.EMPTY, List.of(), RequestFacts.of("lua", "ann"), Instant.EPOCH);
    }

    private static Task task(String requirement, long memoryBytes) {
        return new Task(
                Digest.EMPTY,
                Requirement.parse(requirement),
                List.of("true"),
                Map.of(),
                new DeclaredOutputs("", List.of(), List.of(), List.of(), List.of()),
                Duration.ofMinutes(1),
                false,
                false,
                false,
                memoryBytes,
                100);
    }

    @Test
    void refusesForGoodWhatThePolicyForbids() {
        assertThat(gate(TestTerms.policy("project == 'zlib'")).objection(lease(1)))
                .contains(
                        new Outcome.Refused("`project` is `lua`, `project == \"zlib\"` is required", Optional.empty()));
        assertThat(gate(TestTerms.policy("project == 'lua'")).objection(lease(1)))
                .isEmpty();
        assertThat(gate(Terms.UNLIMITED).objection(lease(1))).isEmpty();
    }

    @Test
    void refusesForAWhileWhatTheSurroundingsForbid() {
        var gate = gate(TestTerms.policy("!battery && load < 2 && hour == 12"));

        assertThat(gate.objection(lease(1))).isEmpty();
        readings.onBattery = true;
        assertThat(gate.objection(lease(1)))
                .contains(new Outcome.Refused(
                        "`battery` is `true`, `!battery` is required", Optional.of(Duration.ofMinutes(15))));
    }

    @Test
    void refusesForGoodWhatDoesNotFit() {
        var gate = gate(Terms.UNLIMITED);

        assertThat(gate.objection(new LeaseId(1), task("os == 'linux'", 0))).isEmpty();
        assertThat(gate.objection(new LeaseId(1), task("os == 'windows'", 0)))
                .contains(new Outcome.Refused("`os` is `linux`, `os == \"windows\"` is required", Optional.empty()));
    }

    @Test
    void sharesTheMemoryAmongActions() {
        var gate = gate(TestTerms.memory(8 * GIB));
        for (var id = 1; id <= 3; id++) {
            activity.begin(lease(id));
        }

        assertThat(gate.objection(new LeaseId(1), task("true", 8 * GIB + 1)))
                .contains(new Outcome.Refused(
                        "the action may use 8.0 GiB memory, the worker gives 8.0 GiB to all", Optional.empty()));
        assertThat(gate.objection(new LeaseId(1), task("true", 6 * GIB))).isEmpty();
        assertThat(gate.objection(new LeaseId(2), task("true", 0))).isEmpty();
        assertThat(gate.objection(new LeaseId(3), task("true", 0)))
                .contains(new Outcome.Refused(
                        "too little of the worker's 8.0 GiB memory is free", Optional.of(Duration.ofSeconds(10))));
        activity.end(new LeaseId(2), new Outcome.Cancelled("ann"));
        assertThat(gate.objection(new LeaseId(3), task("true", 2 * GIB))).isEmpty();
    }
}
