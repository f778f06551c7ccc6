// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.execute.ExecutionObserver;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import build.steading.log.LogRecord;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Limits;
import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FarmWorkersTest extends FarmFixture {
    private static final Duration INSTANT = Duration.ofNanos(1);

    FarmWorkersTest() {
        super(new ManualClock());
    }

    private void pass(Duration time) {
        ((ManualClock) clock).advance(time);
        farm.tick();
    }

    private static void assertFails(ThrowingCallable call, Class<? extends Failure> how) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(how));
    }

    private void awaitPolling(int slots) throws InterruptedException {
        while (farm.snapshot().workers().getFirst().polling() != slots) {
            Thread.sleep(1);
        }
    }

    @Test
    void farmKnowsWhenTheWorkersOfAnEarlierOneAreBack() throws Exception {
        var back = farm.restarted(Set.of(WORKER, OTHER));

        announce(WORKER, 1);
        assertThat(back.await(INSTANT)).isFalse();
        announce(OTHER, 1);
        assertThat(back.await(INSTANT)).isTrue();
        assertThat(farm.restarted(Set.of()).await(INSTANT)).isTrue();
    }

    @Nested
    class Connection {
        @Test
        void workIsGivenToOthersExactlyWhenTheTimeOfReconnectionIsOver() throws Exception {
            farm.connected(WORKER, 1);
            execute(action("a"));
            var lost = take();
            announce(OTHER, 1);
            farm.disconnected(WORKER, 1);

            pass(Farm.RECONNECTION.minus(INSTANT));
            assertThat(farm.take(OTHER, AT_ONCE)).isEmpty();
            pass(INSTANT);
            assertThat(take(OTHER).action()).isEqualTo(lost.action());
            assertFails(() -> farm.append(lost.id(), 0, printed("a")), Failure.NotFound.class);
            assertFails(() -> farm.renew(WORKER, Set.of(lost.id())), Failure.NotFound.class);
        }

        @Test
        void comingBackInTimeChangesNothing() throws Exception {
            farm.connected(WORKER, 1);
            execute(action("a"));
            var lease = take();

            farm.disconnected(WORKER, 1);
            pass(Farm.RECONNECTION.minus(INSTANT));
            farm.connected(WORKER, 2);
            pass(Duration.ofSeconds(5));

            assertThat(farm.renew(WORKER, Set.of(lease.id()))).isEmpty();
        }

        @Test
        void endOfAnOldConnectionIsNotThatOfANewOne() throws Exception {
            farm.connected(WORKER, 1);
            execute(action("a"));
            var lease = take();

            farm.connected(WORKER, 2);
            farm.disconnected(WORKER, 1);
            farm.disconnected(WORKER, 1);
            pass(Duration.ofSeconds(5));
            assertThat(farm.renew(WORKER, Set.of(lease.id()))).isEmpty();

            farm.disconnected(WORKER, 2);
            pass(Farm.RECONNECTION);
            assertFails(() -> farm.renew(WORKER, Set.of(lease.id())), Failure.NotFound.class);
        }

        @Test
        void workerThatIsGoneMayAnnounceItselfAgain() throws Exception {
            farm.connected(WORKER, 1);
            execute(action("a"));
            var lost = take();
            farm.disconnected(WORKER, 1);
            pass(Farm.RECONNECTION);

            farm.announce(
                    WORKER, offer(2).holding(Map.of(lost.id(), lost.action().toString())));

            assertThat(farm.renew(WORKER, Set.of(lost.id()))).containsExactly(lost.id());
            pass(Duration.ofSeconds(2));
            assertThat(take().action()).isEqualTo(lost.action());
        }
    }

    @Nested
    class Counting {
        private final List<String> reasons = new CopyOnWriteArrayList<>();

        private final ExecutionObserver observer = new ExecutionObserver() {
            @Override
            public void queued(String reason) {
                reasons.add(reason);
            }

            @Override
            public void running(WorkerId worker, boolean joined) {}

            @Override
            public void output(LogRecord entry) {}
        };

        private Outcome stopping() {
            return new Outcome.NotRun(new Failure.Unavailable("The worker stops"), Fault.WORKER_SHUTDOWN);
        }

        @Test
        void attemptThatAWorkerGaveBackIsNotCounted() throws Exception {
            execute(action("a"), observer);
            farm.finish(take().id(), stopping());
            assertThat(reasons.getLast()).isEqualTo("The worker stops");

            announce(OTHER, 1);
            farm.connected(OTHER, 1);
            var _ = take(OTHER);
            farm.disconnected(OTHER, 1);
            pass(Farm.RECONNECTION);
            assertThat(reasons.getLast()).startsWith("Attempt 1 failed: ");
        }
    }

    @Nested
    class Waiting {
        @Test
        void slotThatWaitsOverADeadConnectionGetsNothingMore() throws Exception {
            var stale = takeElsewhere();
            awaitPolling(1);

            announce(WORKER, 2);

            assertThat(stale.get(10, TimeUnit.SECONDS)).isEmpty();
            assertThat(farm.snapshot().workers().getFirst().polling()).isZero();
            execute(action("a"));
            assertThat(take()).isNotNull();
        }

        @Test
        void leaseThatTheWorkerHasNotNamedYetMayBeOnItsWay() throws Exception {
            execute(action("a"));
            var lease = take();

            announce(WORKER, 1);

            assertThat(farm.renew(WORKER, Set.of(lease.id()))).isEmpty();
        }

        @Test
        void nothingIsOnItsWayForEver() throws Exception {
            execute(action("a"));
            var lease = take();
            pass(Limits.STANDARD.leaseTtl().minus(INSTANT));
            announce(WORKER, 1);
            pass(INSTANT);
            announce(WORKER, 1);

            assertThat(farm.renew(WORKER, Set.of(lease.id()))).containsExactly(lease.id());
        }

        @Test
        void leaseThatTheWorkerNamesNoLongerIsLost() throws Exception {
            execute(action("a"));
            var lease = take();
            farm.renew(WORKER, Set.of(lease.id()));

            announce(WORKER, 1);

            assertThat(farm.renew(WORKER, Set.of(lease.id()))).containsExactly(lease.id());
        }

        @Test
        void slotThatIsInterruptedWaitsNoLonger() throws Exception {
            var slot = Thread.ofVirtual().start(() -> {
                try {
                    farm.take(WORKER, SOON);
                } catch (InterruptedException _) {
                    // As it should be.
                }
            });
            awaitPolling(1);

            slot.interrupt();
            slot.join();

            assertThat(farm.snapshot().workers().getFirst().polling()).isZero();
        }

        @Test
        void closingEndsTheWait() throws Exception {
            var waiting = takeElsewhere();
            awaitPolling(1);

            farm.close();

            assertThat(waiting.get(10, TimeUnit.SECONDS)).isEmpty();
            assertFails(() -> farm.take(WORKER, SOON), Failure.Unavailable.class);
        }

        private CompletableFuture<Optional<?>> takeElsewhere() {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return farm.take(WORKER, Duration.ofMinutes(1));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @Nested
    class AfterARestart {
        private static final LeaseId EARLIER = new LeaseId(FIRST_ID - 1);

        @Test
        void leaseThatIsNotKnownYetIsNotTakenBack() {
            assertFails(() -> farm.append(EARLIER, 0, printed("a")), Failure.Unavailable.class);
            assertFails(() -> farm.finish(EARLIER, completed(SUCCESS)), Failure.Unavailable.class);
        }

        @Test
        void leaseThatNobodyBroughtBackWithinAMinuteIsGone() {
            pass(Duration.ofMinutes(1));

            assertFails(() -> farm.append(EARLIER, 0, printed("a")), Failure.NotFound.class);
        }

        @Test
        void workerMustAnnounceItselfBeforeItRenews() {
            assertFails(() -> farm.renew(OTHER, Set.of(EARLIER)), Failure.NotFound.class);
        }

        @Test
        void leaseOfThisFarmThatWasTakenBackIsGoneAtOnce() throws Exception {
            var execution = execute(action("a"));
            var lease = take();
            execution.withdraw("ann");

            assertFails(() -> farm.append(lease.id(), 0, printed("a")), Failure.NotFound.class);
            assertFails(() -> farm.finish(lease.id(), completed(SUCCESS)), Failure.NotFound.class);
        }
    }
}
