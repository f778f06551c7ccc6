// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.Blobs;
import build.steading.blob.FileBlobStore;
import build.steading.digest.Digests;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.platform.PlatformProperties;
import build.steading.platform.RequestFacts;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import build.steading.worker.terms.Terms;
import build.steading.worker.terms.TestTerms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole worker keeps to the terms of its owner.
class TermsTest {
    private static final LeaseId LEASE = new LeaseId(1);

    @TempDir
    Path directory;

    private final QueueSource source = new QueueSource();
    private volatile Instant now =
            ZonedDateTime.of(2025, 3, 3, 12, 0, 0, 0, ZoneId.systemDefault()).toInstant();
    private final InstantSource clock = () -> now;
    private FileBlobStore store;

    @BeforeEach
    void openStore() {
        store = Farm.openStore(directory);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private Worker start(Terms terms) throws Exception {
        var home = TestSandboxes.directory(directory);
        var config = new WorkerConfig(new WorkerId("w"), 2, home, Farm.limits(), terms, Optional.empty());
        return new Worker(source, store, TestSandboxes.plain(home), config, clock).start();
    }

    private void offer(TestAction action) {
        source.offer(new Lease(LEASE, action.store(), List.of(), RequestFacts.of("lua", "ann"), Instant.now()));
    }

    private TestAction shell(String script) {
        return new TestAction(store).shell(script);
    }

    @Test
    void actionThatThePolicyForbidsIsNotRun() throws Exception {
        try (var _ = start(TestTerms.policy("requester != 'ann'"))) {
            offer(shell("true"));

            assertThat(source.outcome(LEASE))
                    .isEqualTo(new Outcome.Refused(
                            "`requester` is `ann`, `requester != \"ann\"` is required", Optional.empty()));
        }
    }

    @Test
    void actionThatDoesNotFitIsNotRun() throws Exception {
        try (var _ = start(Terms.UNLIMITED)) {
            offer(shell("true")
                    .property(PlatformProperties.REQUIRES, "os == 'linux'")
                    .property(PlatformProperties.REQUIRES, "os == 'windows'"));

            assertThat(source.outcome(LEASE))
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            refused -> assertThat(refused.reason()).contains("`os` is `linux`"));
        }
    }

    @Test
    void ownersPropertiesReplaceDetectedOnes() throws Exception {
        try (var _ = start(TestTerms.properties(Map.of("hostname", "rack-7", "licences", 3)))) {
            var offer = source.awaitOffer(_ -> true);

            assertThat(offer.properties().values())
                    .containsEntry("hostname", "rack-7")
                    .containsEntry("licences", 3L)
                    .containsEntry("os", "linux");
        }
    }

    @Test
    void policyIsSaidToTheFarm() throws Exception {
        var terms = TestTerms.policy("project == 'lua'");
        try (var _ = start(terms)) {
            assertThat(source.awaitOffer(_ -> true).policy()).isEqualTo(terms.policy());
        }
    }

    @Test
    void nothingIsTakenOutsideTheHours() throws Exception {
        try (var _ = start(TestTerms.hours("20-8"))) {
            assertThat(source.awaitOffer(_ -> true))
                    .satisfies(offer -> assertThat(offer.slots()).isZero())
                    .satisfies(offer -> assertThat(offer.remark()).isEqualTo("outside its hours 20-8"));
            offer(shell("true"));

            now = ZonedDateTime.of(2025, 3, 3, 20, 0, 0, 0, ZoneId.systemDefault())
                    .toInstant();

            assertThat(source.awaitOffer(offer -> offer.slots() == 2).remark()).isEmpty();
            assertThat(source.outcome(LEASE)).isInstanceOf(Outcome.Completed.class);
        }
    }

    @Test
    void actionsGiveWayToOthers() throws Exception {
        try (var _ = start(TestTerms.nice(7))) {
            offer(shell("nice"));

            assertThat(source.outcome(LEASE))
                    .isInstanceOfSatisfying(
                            Outcome.Completed.class,
                            completed -> assertThat(new String(
                                                    Blobs.read(
                                                            store,
                                                            Digests.fromProto(completed
                                                                    .result()
                                                                    .getStdoutDigest())),
                                                    StandardCharsets.UTF_8)
                                            .strip())
                                    .isEqualTo("7"));
        }
    }
}
