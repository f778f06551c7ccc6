// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.execute.Outcome;
import build.steading.platform.PlatformProperties;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How actions end, in whichever sandbox.
abstract class EndingContract extends SandboxedTest {
    @Test
    void timeoutIsReportedWithWhatWasPrinted() throws Exception {
        var limit = Duration.ofMillis(300);
        var outcome =
                farm.run(action().shell("echo said; sleep 60 & setsid sleep 60").timeout(limit));

        assertThat(outcome).isInstanceOfSatisfying(Outcome.TimedOut.class, late -> {
            assertThat(late.limit()).isEqualTo(limit);
            assertThat(farm.stdout(late.partial())).isEqualTo("said\n");
            assertThat(farm.stderr(late.partial())).contains("[killed: it ran for longer than 0.300 s]");
        });
    }

    @Test
    void memoryLimitIsReportedWithWhatWasPrinted() throws Exception {
        var outcome = farm.run(action().shell("echo said; perl -e '$x = \"a\" x 200_000_000; sleep 60'")
                .property(PlatformProperties.MEMORY, "100000000"));

        assertThat(outcome).isInstanceOfSatisfying(Outcome.OutOfMemory.class, killed -> {
            assertThat(killed.limitBytes()).isEqualTo(100_000_000);
            assertThat(killed.partial().getExitCode()).isEqualTo(137);
            assertThat(farm.stdout(killed.partial())).isEqualTo("said\n");
            assertThat(farm.stderr(killed.partial())).contains("[killed: it used more memory than 95.4 MiB]");
        });
    }

    @Test
    void outputIsSeenWhileTheCommandRuns() throws Exception {
        var lease = farm.submit(action().shell("echo first; sleep 60"));

        farm.source.awaitPrinted(lease, "first\n");
        farm.source.revoke(lease);
    }

    @Test
    void commandOfALostLeaseIsKilled() throws Exception {
        var lease = farm.submit(action().shell("echo begun; sleep 60 & sleep 60"));
        farm.source.awaitPrinted(lease, "begun\n");

        farm.source.revoke(lease);

        assertThat(farm.source.outcome(lease)).isInstanceOf(Outcome.NotRun.class);
    }

    @Test
    void actionsRunAtTheSameTime() throws Exception {
        var one = farm.submit(action().shell("echo begun; sleep 60"));
        var two = farm.submit(action().shell("echo begun; sleep 60"));

        farm.source.awaitPrinted(one, "begun");
        farm.source.awaitPrinted(two, "begun");
        farm.source.revoke(one);
        farm.source.revoke(two);
    }

    @Test
    void floodIsCutAndTheCutIsMarked() throws Exception {
        var script = "echo begin; head -c 100000000 /dev/zero | tr '\\0' x; echo end";
        var result = farm.complete(action().shell(script));

        var printed = farm.stdout(result);
        assertThat(printed.length()).isBetween(900_000, 1 << 20);
        assertThat(printed).startsWith("begin\nxxx").endsWith("xxxend\n");
        assertThat(farm.stderr(result)).contains("omitted: the log limit is 1.0 MiB]");
    }

    @Test
    void w24FiveHundredKilobytesComeBackWhole() throws Exception {
        var result = farm.complete(action().shell("head -c 500000 /dev/zero | tr '\\0' y"));

        assertThat(farm.stdout(result)).hasSize(500_000).matches("y+");
        assertThat(result.getStdoutRaw().isEmpty()).isTrue();
    }

    @Test
    void closingWorkerLetsActionsFinish() throws Exception {
        var lease = farm.submit(action().shell("echo begun; sleep 0.5; echo done"));
        farm.source.awaitPrinted(lease, "begun");

        farm.worker.close();

        assertThat(farm.source.outcome(lease))
                .isInstanceOfSatisfying(
                        Outcome.Completed.class,
                        completed -> assertThat(farm.stdout(completed.result())).isEqualTo("begun\ndone\n"));
    }

    @Test
    void nothingIsLeftOfAnAction() throws Exception {
        farm.complete(action().file("a", "a").shell("mkdir -p d/e; chmod 0 d/e; echo x > f; ln -s /etc l"));
        farm.worker.close();

        try (var attempts = Files.list(directory.resolve("worker").resolve("attempts"))) {
            assertThat(attempts).isEmpty();
        }
    }
}
