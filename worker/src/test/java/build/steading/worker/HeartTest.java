// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import build.steading.platform.Properties;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeartTest {
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final LeaseId LEASE = new LeaseId(1);

    private final ManualClock clock = new ManualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final Map<LeaseId, FakeWork> held = new HashMap<>();
    private int slots = 2;
    private final Heart heart = new Heart(
            source,
            new Heart.Self(new WorkerId("w"), () -> Offer.of(new Properties(Map.of()), slots), Duration.ofMinutes(1)),
            held,
            clock);

    @Test
    void announcesOnceAndRenewsAtEveryBeat() {
        held.put(LEASE, new FakeWork());
        heart.beat();
        heart.beat();

        assertThat(source.offers).hasSize(1);
        assertThat(source.renewed).containsExactly(Set.of(LEASE), Set.of(LEASE));
    }

    @Test
    void beatsThreeTimesWithinTheLifeOfALease() {
        assertThat(heart.beat()).isEqualTo(TTL.dividedBy(3));
    }

    @Test
    void announcesAnewWhateverChanges() {
        heart.beat();
        slots = 0;
        heart.beat();

        assertThat(source.offers).extracting(Offer::slots).containsExactly(2, 0);
    }

    @Test
    void announcesAfterSilenceWhatItHolds() {
        heart.beat();
        held.put(LEASE, new FakeWork());
        source.silent = true;
        heart.beat();
        source.silent = false;
        heart.beat();

        assertThat(source.offers).hasSize(2);
        assertThat(source.offers.getLast().held()).containsExactly(Map.entry(LEASE, "key"));
    }

    @Test
    void triesAgainSoonWhenTheFarmIsSilent() {
        source.silent = true;

        assertThat(heart.beat()).isLessThan(Duration.ofMillis(100));
        for (var i = 0; i < 10; i++) {
            heart.beat();
        }
        assertThat(heart.beat()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void endsWorkOnLeasesThatAreGone() {
        var work = new FakeWork();
        held.put(LEASE, work);
        source.gone.add(LEASE);
        heart.beat();

        assertThat(work.cancelled).containsExactly(Fault.WORKER_LOST);
    }

    @Test
    void endsAllWorkExactlyWhenNobodyHasAnsweredForALeaseAndAWhile() {
        var work = new FakeWork();
        held.put(LEASE, work);
        heart.beat();
        source.silent = true;

        clock.advance(TTL.plus(GRACE).minusNanos(1));
        heart.beat();
        assertThat(work.cancelled).isEmpty();
        clock.advance(Duration.ofNanos(1));
        heart.beat();
        assertThat(work.cancelled).containsExactly(Fault.WORKER_LOST);
    }

    @Test
    void endsAllWorkAtOnceWhenTheFarmLetsTheWorkerInNoMore() {
        var work = new FakeWork();
        held.put(LEASE, work);
        heart.beat();
        source.denies = true;
        heart.beat();

        assertThat(work.cancelled).containsExactly(Fault.WORKER_LOST);
    }

    @Test
    void countsFromTheBeginningOfTheLastRenewalThatWasAnswered() {
        var work = new FakeWork();
        held.put(LEASE, work);
        source.delay = Duration.ofSeconds(3);
        heart.beat();
        source.silent = true;

        clock.advance(TTL.plus(GRACE).minus(source.delay));
        heart.beat();
        assertThat(work.cancelled).isNotEmpty();
    }

    @Test
    void passesOnLogsAtEveryBeatWhileTheWayIsFree() {
        var work = new FakeWork();
        held.put(LEASE, work);
        heart.beat();
        source.silent = true;
        heart.beat();

        assertThat(work.caughtUp).isEqualTo(1);
    }

    private final class ScriptedSource implements WorkSource {
        final List<Offer> offers = new ArrayList<>();
        final List<Set<LeaseId>> renewed = new ArrayList<>();
        final Set<LeaseId> gone = new HashSet<>();
        boolean silent;
        boolean denies;
        Duration delay = Duration.ZERO;

        @Override
        public Duration announce(WorkerId worker, Offer offer) {
            answer();
            offers.add(offer);
            return TTL;
        }

        private void answer() {
            if (denies) {
                throw new SteadingException(new Failure.Denied("Revoked"));
            }
            if (silent) {
                throw new SteadingException(new Failure.Unavailable("Silence"));
            }
        }

        @Override
        public Set<LeaseId> renew(WorkerId worker, Set<LeaseId> leases) {
            answer();
            clock.advance(delay);
            renewed.add(leases);
            return gone;
        }

        @Override
        public Optional<Lease> take(WorkerId worker, Duration patience) {
            throw new AssertionError("Nobody should ask");
        }

        @Override
        public long append(LeaseId lease, long offset, byte[] log) {
            throw new AssertionError("Nobody should ask");
        }

        @Override
        public void finish(LeaseId lease, Outcome outcome) {
            throw new AssertionError("Nobody should ask");
        }
    }

    private static final class FakeWork implements HeldWork {
        final List<Fault> cancelled = new ArrayList<>();
        int caughtUp;

        @Override
        public String key() {
            return "key";
        }

        @Override
        public void cancel(String why, Fault fault) {
            cancelled.add(fault);
        }

        @Override
        public boolean catchUp() {
            caughtUp++;
            return true;
        }
    }
}
