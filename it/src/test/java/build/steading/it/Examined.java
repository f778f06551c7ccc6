// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.conformance.Connection;
import build.steading.conformance.Examination;
import build.steading.conformance.Finding;
import build.steading.conformance.Scorecard;
import build.steading.conformance.Suite;
import build.steading.conformance.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/// Servers under examination by the conformance suite: a test for each check. A check of what a server does not
/// offer is skipped; one that only asks prints the answer.
final class Examined implements AfterAllCallback {
    private static final int AT_ONCE = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<AutoCloseable> open = new ArrayList<>();

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    Stream<DynamicTest> checks(Connection.Address address) throws IOException {
        var connection = new Connection(address);
        open.add(connection);
        var examination = new Examination(connection.target(""), AT_ONCE, PATIENCE);
        open.add(examination);
        var checks = Suite.all();
        var findings = examination.begin(checks);
        return IntStream.range(0, checks.size())
                .mapToObj(i -> DynamicTest.dynamicTest(
                        checks.get(i).id() + " " + checks.get(i).claim(), () -> assertHolds(findings.get(i))));
    }

    private static void assertHolds(Future<Finding> running) throws Exception {
        var finding = running.get();
        System.out.println(Scorecard.word(finding.verdict()) + "  " + Scorecard.line(finding));
        assertThat(finding.blames()).as(finding.seen()).isFalse();
        if (finding.verdict() == Verdict.SKIPPED) {
            throw new TestAbortedException(finding.seen());
        }
    }
}
