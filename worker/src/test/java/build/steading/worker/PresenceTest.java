// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.platform.Properties;
import build.steading.platform.RequestFacts;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import build.steading.worker.terms.FakeReadings;
import build.steading.worker.terms.Terms;
import build.steading.worker.terms.TestTerms;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PresenceTest {
    private static final Properties KNOWN = new Properties(Map.of("os", "linux", "tools", Map.of("gcc", "")));
    private static final Properties FOUND = new Properties(Map.of("os", "linux", "tools", Map.of("gcc", "12.2")));

    private final FakeReadings readings = new FakeReadings();
    private final Activity activity = new Activity(InstantSource.fixed(Instant.EPOCH), 1000);
    private final Semaphore mayFind = new Semaphore(0);
    private final Semaphore searches = new Semaphore(0);
    private Presence presence;

    private Presence present(Terms terms) {
        var config = new WorkerConfig(new WorkerId("w"), 2, Path.of("/w"), Farm.limits(), terms, Optional.empty());
        presence = new Presence(config, readings, activity, KNOWN, this::search);
        return presence;
    }

    private Properties search() {
        searches.release();
        mayFind.acquireUninterruptibly();
        return FOUND;
    }

    @AfterEach
    void close() {
        mayFind.release(1000);
        presence.close();
    }

    @Test
    void propertiesThatTakeTimeAreSaidWhenTheyAreFound() throws Exception {
        present(Terms.UNLIMITED);

        assertThat(presence.offer(false).properties()).isEqualTo(KNOWN);
        searches.acquire();
        mayFind.release();
        while (presence.properties().equals(KNOWN)) {
            Thread.onSpinWait();
        }
        assertThat(presence.offer(false).properties()).isEqualTo(FOUND);
    }

    @Test
    void propertiesAreLookedForAgainAfterAWhile() throws Exception {
        mayFind.release(1000);
        present(Terms.UNLIMITED).offer(false);
        searches.acquire();

        presence.offer(false);
        readings.now = readings.now.plusMinutes(11);
        while (!searches.tryAcquire()) {
            // The first search may still be ending.
            readings.now = readings.now.plusMinutes(11);
            presence.offer(false);
        }
        assertThat(presence.properties()).isEqualTo(FOUND);
    }

    @Test
    void whatIsSaidIsTheSameUntilSomethingMattersMore() {
        present(TestTerms.maxLoad(2));
        readings.load = 5;
        var said = presence.offer(false);
        assertThat(said.slots()).isZero();
        assertThat(said.remark()).isEqualTo("load 5.0 of others");

        readings.load = 6;
        assertThat(presence.offer(false)).isSameAs(said);
        readings.now = readings.now.plusSeconds(61);
        assertThat(presence.offer(false).remark()).isEqualTo("load 6.0 of others");
        readings.load = 0;
        assertThat(presence.offer(false).slots()).isEqualTo(2);
        assertThat(presence.said().remark()).isEmpty();
    }

    @Test
    void leavingWorkerHasNoSlots() {
        assertThat(present(Terms.UNLIMITED).offer(false).slots()).isEqualTo(2);
        assertThat(presence.offer(true).slots()).isZero();
        assertThat(presence.offer(true).remark()).isEqualTo("it is being stopped");
    }

    @Test
    void factsTellWhatRunsAndWhatHasEnded() {
        present(TestTerms.hours("22-7")).offer(false);
        var config = new WorkerConfig(new WorkerId("w"), 2, Path.of("/w"), Farm.limits());
        activity.begin(lease(1));
        activity.begin(lease(2));
        activity.claim(new LeaseId(2), 0, 5000);
        activity.end(new LeaseId(1), new Outcome.Cancelled("ann"));

        assertThat(WorkerFacts.of(config, presence.said(), activity))
                .containsEntry("name", "w")
                .containsEntry("policy", "true")
                .containsEntry("slots", Map.of("now", 0, "usual", 2))
                .containsEntry("remark", "outside its hours 22-7")
                .containsEntry("properties", KNOWN.values())
                .containsEntry("attempts", Map.of("cancelled", 1L))
                .containsEntry("performance", List.of(Map.of("x", 0L, "y", 2)))
                .containsEntry(
                        "running",
                        List.of(Map.of(
                                "lease", 2L,
                                "action", Digest.EMPTY.toString(),
                                "project", "lua",
                                "requester", "ann",
                                "source", "",
                                "branch", "",
                                "since", "1970-01-01T00:00:00Z",
                                "memory", 1000L)));
    }

    private static Lease lease(long id) {
        return new Lease(new LeaseId(id), Digest.EMPTY, List.of(), RequestFacts.of("lua", "ann"), Instant.EPOCH);
    }
}
