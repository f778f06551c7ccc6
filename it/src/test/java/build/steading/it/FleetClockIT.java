// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Clocks jump, and certificates end. The server lives by one clock, workers by another, and users by the
/// machine's.
class FleetClockIT {
    private static final ShiftedClock SERVERS = ShiftedClock.named("clock-of-servers");
    private static final ShiftedClock WORKERS = ShiftedClock.named("clock-of-workers");

    @RegisterExtension
    static final Fleet FLEET = new Fleet("127.0.0.1", SERVERS.prefix());

    private static final Duration FIVE_HOURS = Duration.ofHours(5);

    /// Certificates of members last for seven, and are renewed in the third third.
    private static final Duration FIVE_DAYS = Duration.ofDays(5);

    private static Lent steady;
    private static Farm ann;

    private Repository repository;
    private Gate gate;

    @BeforeAll
    static void join() {
        ShiftedClock.require();
        steady = worker("steady");
        ann = FLEET.user("ann");
        steady.awaitReady();
    }

    private static Lent worker(String name) {
        return FLEET.worker(name, WORKERS.prefix(), Map.of("STEADING_SANDBOX", "plain"));
    }

    @BeforeEach
    void begin() throws IOException {
        repository = ann.repository("clock");
        gate = Gate.in(ann.directory("gate"));
    }

    @AfterEach
    void setRight() throws Exception {
        SERVERS.jump(Duration.ZERO);
        WORKERS.jump(Duration.ZERO);
    }

    /// Makes the next commit, of one task.
    private void project(String run) throws IOException {
        repository.write("steading.yaml", """
            project: clock
            tasks:
              make: {run: "%s", outputs: [made]}
            """.formatted(run)).commit("Next");
    }

    private void assertBuilds(String word) throws IOException {
        project("echo %s > made".formatted(word));
        assertThat(ann.build(repository).get("state").asText()).isEqualTo("succeeded");
        assertThat(repository.path("build/steading/main/made")).hasContent(word);
    }

    @Test
    void whateverClocksSayLeasesGoOn() throws Exception {
        project(gate.script() + "; echo lasted > made");
        var lasting =
                ann.detached(repository, "HEAD", "--out", repository.path("out").toString());
        ann.awaitPrinted(lasting, "ready");

        SERVERS.jump(FIVE_HOURS);
        assertBuilds("server-is-ahead");
        WORKERS.jump(FIVE_HOURS.negated());
        assertBuilds("worker-is-behind");
        SERVERS.jump(FIVE_HOURS.negated());
        assertBuilds("both-are-behind");
        WORKERS.jump(FIVE_HOURS);
        assertBuilds("worker-is-ahead");
        gate.open();

        var ended = ann.run(repository, "attach", lasting);
        assertThat(ended.exitCode()).as(ended.all()).isZero();
        assertThat(repository.path("out/made")).hasContent("lasted");
        assertThat(ann.run(repository, "log", lasting).out()).isEqualTo("ready\n");
        // That is: of five attempts and the two that everybody is credited with, one failed.
        assertThat(FLEET.workers().at("/steady/failure-score").asDouble(-1)).isEqualTo(1.0 / 7, offset(0.01));
    }

    @Test
    void certificatesAreRenewedAndWhoWasAwayForTooLongJoinsAgain() throws Exception {
        var away = worker("away");
        away.awaitReady();
        assertThat(away.daemon().stop()).isTrue();
        var first = certificate(steady);

        SERVERS.jump(FIVE_DAYS);
        WORKERS.jump(FIVE_DAYS);
        // A process looks when it begins, and then every minute.
        restart(steady);
        assertBuilds("renewed");
        await("renewal")
                .atMost(Program.PATIENCE)
                .until(() -> !certificate(steady).equals(first));
        SERVERS.jump(FIVE_DAYS.multipliedBy(2));
        WORKERS.jump(FIVE_DAYS.multipliedBy(2));
        // A connection lasts for less than a third of a certificate's life, but this one is five days old now.
        restart(steady);
        assertJoinsAgain(ann);
        assertBuilds("again");

        // The line that it was started with holds a token that it has used.
        away.start();
        away.daemon()
                .awaitPrinted(
                        "certificate of worker `away` ended at .* join again with a token(?s:.*)This join token ended",
                        1);
        await("end of `away`")
                .atMost(Program.PATIENCE)
                .until(() -> !away.daemon().running());
        assertJoinsAgain(away);
    }

    private static void assertJoinsAgain(Lent away) {
        var again = away.with("--token", FLEET.token("worker"));
        again.startAgain();
        await("`away` is up")
                .atMost(Program.PATIENCE)
                .until(() -> FLEET.workers().at("/away/connected").asBoolean());
        assertThat(again.daemon().stop()).isTrue();
    }

    private static void assertJoinsAgain(Farm user) {
        var refused = user.run(FLEET.top(), "status");
        assertThat(refused.exitCode()).as(refused.all()).isNotZero();
        assertThat(refused.err())
                .contains("The certificate of builder `ann` ended at", "steading token create builder");

        FLEET.command(user, "join", FLEET.address(), "--token", FLEET.token("builder"));
    }

    private static void restart(Lent worker) {
        assertThat(worker.daemon().stop()).isTrue();
        worker.startAgain();
    }

    private static String certificate(Lent worker) throws IOException {
        return Files.readString(worker.directory().resolve("farm/certificate.pem"));
    }
}
