// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SuiteTest {
    private static final Map<String, Integer> CORE =
            Map.of("C", 7, "S", 20, "B", 23, "Z", 8, "G", 5, "X", 1, "A", 9, "E", 26, "W", 35);

    @Test
    void everyCheckIsThereOnce() {
        var wanted = CORE.entrySet().stream()
                .flatMap(group -> IntStream.rangeClosed(1, group.getValue())
                        .mapToObj(number -> "%s%02d".formatted(group.getKey(), number)));

        assertThat(ids(Suite.all().stream())).doesNotHaveDuplicates().containsAll(wanted.toList());
    }

    @Test
    void checksAreFoundByTheirWholeId() {
        assertThat(ids(Suite.matching(Pattern.compile("W0[12]|1")).stream())).containsExactly("W01", "W02");
    }

    @Test
    void serverThatCanDoNothingPassesNothing() throws Exception {
        assertThat(examine(Suite.all(), Duration.ofSeconds(20)))
                .noneMatch(finding -> finding.verdict() == Verdict.PASSED)
                .filteredOn(finding -> finding.check().level() == Level.MUST)
                .allMatch(Finding::blames);
    }

    @Test
    void verdictsAreWhatChecksSay() throws Exception {
        var findings = examine(
                List.of(
                        Check.must("1", "passes", _ -> "seen"),
                        Check.must("2", "is not met", _ -> {
                            throw new Unmet("it is %d", 5);
                        }),
                        Check.should("3", "breaks", _ -> {
                            throw new IOException("broken");
                        }),
                        Check.optional("4", "does not apply", _ -> {
                            throw new NotApplicable("not offered");
                        }),
                        Check.info("5", "only asks", _ -> {
                            throw new Unmet("no answer");
                        }),
                        Check.must("6", "hangs", _ -> {
                            Thread.sleep(Duration.ofMinutes(1));
                            return "";
                        })),
                Duration.ofMillis(100));

        assertThat(findings)
                .extracting(finding -> finding.verdict() + " " + finding.seen())
                .containsExactly(
                        "PASSED seen",
                        "FAILED it is 5",
                        "FAILED broken",
                        "SKIPPED not offered",
                        "NOTED no answer",
                        "FAILED not done after 0 s");
        assertThat(Scorecard.summary(findings)).isEqualTo("MUST 1 of 3, SHOULD 0 of 1, opt 0 of 0, 1 do not apply");
    }

    private static List<String> ids(Stream<Check> checks) {
        return checks.map(Check::id).toList();
    }

    /// Puts checks to a server without any service.
    private static List<Finding> examine(List<Check> checks, Duration patience)
            throws IOException, InterruptedException, ExecutionException {
        var name = InProcessServerBuilder.generateName();
        var server = InProcessServerBuilder.forName(name).build().start();
        var channel = InProcessChannelBuilder.forName(name).build();
        try (var examination = new Examination(new Target(channel, "main"), 8, patience)) {
            var findings = new ArrayList<Finding>();
            for (var each : examination.begin(checks)) {
                findings.add(each.get());
            }
            return findings;
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }
}
