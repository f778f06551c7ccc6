// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.compile.service.FarmRuns.Ending;
import build.steading.compile.service.FarmRuns.Patience;
import build.steading.digest.Digest;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.RequestFacts;
import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FarmRunsTest {
    private static final WorkerId WORKER = new WorkerId("w");
    private static final Duration SHORT = Duration.ofMillis(30);
    private static final Duration LONG = Duration.ofHours(1);
    private static final ExecutionRequest REQUEST =
            new ExecutionRequest(Digest.EMPTY, false, RequestFacts.of("cc", "me"), List.of());
    private static final Outcome RAN = new Outcome.Completed(ActionResult.getDefaultInstance(), false, List.of());
    private static final Outcome NOT_RUN = new Outcome.NotRun(new Failure.Unavailable("Nobody there"));

    private final ScriptedFarm farm = new ScriptedFarm();
    private final HomeSlots home = new HomeSlots(1);
    private final AtomicLong now = new AtomicLong();
    private final Standing standing = new Standing(now::get);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void noSlotIsLost() {
        farm.answerAgain();
        threads.shutdownNow();
        threads.close();
    }

    @Test
    void resultIsThatOfTheFarm() throws Exception {
        var run = run(LONG);
        var asked = farm.next();
        asked.observer().queued("a worker");
        asked.observer().running(WORKER, false);
        asked.outcome().complete(RAN);
        assertThat(run.get()).isEqualTo(new Ending.Ran(ActionResult.getDefaultInstance(), false));
        assertThat(asked.request().action()).isEqualTo(Digest.EMPTY);
        assertThat(asked.request().facts().requester()).isEqualTo("me");
        assertThat(asked.request().skipCache()).isFalse();
        assertThatAllIsQuiet();
    }

    @Test
    void inputsThatTheFarmLacksAreNoFault() throws Exception {
        var failure = new Failure.MissingBlobs(Set.of(Digest.EMPTY));
        for (var i = 0; i < 4; i++) {
            var run = run(LONG);
            farm.next().outcome().complete(new Outcome.NotRun(failure));
            assertThat(run.get()).isEqualTo(new Ending.Lacking());
        }
        farm.refuse(new SteadingException(failure));
        assertThat(run(LONG).get()).isEqualTo(new Ending.Lacking());
        assertThatAllIsQuiet();
    }

    @Test
    void faultSendsHomeWithASlot() throws Exception {
        var run = run(LONG);
        farm.next().outcome().complete(NOT_RUN);
        assertThatFailed(run, "farm failed", "Nobody there");
        farm.refuse(new SteadingException(new Failure.Unavailable("Refused")));
        assertThatFailed(run(LONG), "farm failed", "Refused");
        assertThatAllIsQuiet();
    }

    @Test
    void whatAnActionDidItselfIsNoFaultOfTheFarm() throws Exception {
        var partial = ActionResult.getDefaultInstance();
        List<Outcome> outcomes = List.of(
                new Outcome.OutOfMemory(1, partial),
                new Outcome.TimedOut(SHORT, partial),
                new Outcome.Rejected(new Failure.Invalid("Odd"), partial),
                new Outcome.Cancelled("somebody"));
        for (var outcome : outcomes) {
            var run = run(LONG);
            farm.next().outcome().complete(outcome);
            assertThat(((Ending.Failed) closed(run)).reason()).isEqualTo("farm failed");
        }
        assertThat(standing.mayTry()).isTrue();
    }

    @Test
    void compileInAQueueGoesHomeIfThereIsRoom() throws Exception {
        var run = run(SHORT);
        var asked = farm.next();
        asked.observer().queued("a free worker");
        assertThatFailed(run, "no free worker", "a free worker");
        assertThat(asked.outcome().get()).isEqualTo(new Outcome.Cancelled("a free processor at home"));
        assertThatAllIsQuiet();
    }

    @Test
    void compileInAQueueStaysThereWhileThereIsNoRoomAtHome() throws Exception {
        var slot = home.tryTake().orElseThrow();
        var run = run(SHORT);
        var asked = farm.next();
        asked.observer().queued("a free worker");
        assertThat(isOver(run, SHORT.multipliedBy(4))).isFalse();
        slot.close();
        assertThatFailed(run, "no free worker", "a free worker");
    }

    @Test
    void queueOfThisVeryMachineIsLeftOnlyIfNothingMovesInIt() throws Exception {
        var farmAtHome = new FarmRuns(farm, home, new Patience(SHORT, true, LONG, SHORT), standing);
        var run = threads.submit(() -> farmAtHome.run(REQUEST, Optional.empty()));
        farm.next().observer().queued("a processor");
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(isOver(run, SHORT.multipliedBy(4))).isFalse();
        now.addAndGet(LONG.toNanos());
        assertThatFailed(run, "no free worker", "a processor");
    }

    @Test
    void slowRunGoesHome() throws Exception {
        var runs = new FarmRuns(farm, home, new Patience(SHORT, false, SHORT, SHORT), standing);
        var run = threads.submit(() -> runs.run(REQUEST, Optional.empty()));
        var asked = farm.next();
        asked.observer().queued("a free worker");
        asked.observer().running(WORKER, false);
        assertThatFailed(run, "slow worker", "");
        assertThatAllIsQuiet();
    }

    @Test
    void runIsGivenThreeTimesAsLongAsExpected() {
        var patience = new Patience(SHORT, false, LONG, SHORT);
        assertThat(patience.run(Optional.empty())).isEqualTo(LONG);
        assertThat(patience.run(Optional.of(Duration.ofSeconds(2)))).isEqualTo(Duration.ofSeconds(11));
    }

    @Test
    void silentNetworkSendsHomeAtOnce() throws Exception {
        farm.fallSilent();
        for (var i = 0; i < 3; i++) {
            assertThatFailed(run(SHORT), "no free worker", "");
        }
        assertThatFailed(run(LONG), "farm away", "no free worker");
        assertThat(standing.mayTry()).isFalse();
    }

    @Test
    void executionThatBeginsTooLateIsWithdrawn() throws Exception {
        farm.fallSilent();
        var run = run(SHORT);
        var asked = farm.next();
        assertThatFailed(run, "no free worker", "");
        farm.answerAgain();
        assertThat(asked.outcome().get(20, TimeUnit.SECONDS))
                .isEqualTo(new Outcome.Cancelled("a free processor at home"));
    }

    @Test
    void whoeverWaitsForAPlaceAtHomeSeesTheFarmComeBack() throws Exception {
        fail();
        var slot = home.tryTake().orElseThrow();
        var run = run(LONG);
        assertThat(isOver(run, SHORT)).isFalse();
        standing.succeeded();
        farm.next().outcome().complete(RAN);
        assertThat(run.get()).isInstanceOf(Ending.Ran.class);
        slot.close();
    }

    @Test
    void whoIsAloneGoesHomeWhileTheFarmIsAtItForOthers() throws Exception {
        var made = new CompletableFuture<ActionResult>();
        var run = alone(SHORT, made::complete);
        var asked = farm.next();
        asked.observer().running(WORKER, false);
        assertThat(run.get()).isInstanceOf(Ending.Alone.class);
        assertThat(home.tryTake()).isEmpty();
        assertThat(made).isNotDone();

        asked.outcome().complete(RAN);
        assertThat(made.get(20, TimeUnit.SECONDS)).isEqualTo(ActionResult.getDefaultInstance());
        ((Ending.Alone) run.get()).slot().close();
        assertThatAllIsQuiet();
    }

    @Test
    void whoIsAloneGetsWhatTheFarmKnows() throws Exception {
        var known = new Outcome.Completed(ActionResult.getDefaultInstance(), true, List.of());
        var run = alone(LONG, _ -> {});
        farm.next().outcome().complete(known);
        assertThat(run.get()).isEqualTo(new Ending.Ran(ActionResult.getDefaultInstance(), true));
        assertThatAllIsQuiet();
    }

    @Test
    void whoIsAloneWaitsForTheFarmIfThereIsNoRoomAtHome() throws Exception {
        var slot = home.tryTake().orElseThrow();
        var run = alone(SHORT, _ -> {});
        var asked = farm.next();
        asked.observer().running(WORKER, false);
        assertThat(isOver(run, SHORT)).isFalse();
        asked.outcome().complete(RAN);
        assertThat(run.get()).isInstanceOf(Ending.Ran.class);
        slot.close();
    }

    @Test
    void whoIsAloneDoesNotMindThatTheFarmFails() throws Exception {
        var run = alone(SHORT, _ -> {});
        var asked = farm.next();
        assertThat(run.get()).isInstanceOf(Ending.Alone.class);
        asked.outcome().complete(NOT_RUN);
        ((Ending.Alone) run.get()).slot().close();
        assertThat(standing.isGood()).isTrue();
        assertThatAllIsQuiet();
    }

    private Future<Ending> alone(Duration headStart, Consumer<ActionResult> later) {
        var runs = new FarmRuns(farm, home, new Patience(SHORT, false, LONG, headStart), standing);
        return threads.submit(() -> runs.runAlone(REQUEST, Optional.empty(), later));
    }

    @Test
    void interruptionWithdraws() throws Exception {
        var run = run(LONG);
        var asked = farm.next();
        asked.observer().running(WORKER, false);
        run.cancel(true);
        assertThat(asked.outcome().get(20, TimeUnit.SECONDS)).isEqualTo(new Outcome.Cancelled("its requester"));
        assertThatAllIsQuiet();
    }

    @Test
    void farmThatNeverReportsAnEndDoesNotRunAnythingForEver() throws Exception {
        var runs = new FarmRuns(farm, home, new Patience(SHORT, false, SHORT, SHORT), standing);
        farm.fallSilent();
        var run = threads.submit(() -> runs.run(REQUEST, Optional.empty()));
        var asked = farm.next();
        asked.observer().running(WORKER, false);
        assertThatFailed(run, "slow worker", "");
        asked.observer().running(WORKER, false);
        asked.observer().queued("again");
        asked.observer().running(WORKER, false);
        assertThatAllIsQuiet();
    }

    @Test
    void farmThatReportsAfterTheEndIsNotHeard() throws Exception {
        var run = run(LONG);
        var asked = farm.next();
        asked.outcome().complete(NOT_RUN);
        assertThatFailed(run, "farm failed", "Nobody there");
        assertThatAllIsQuiet();
        asked.observer().running(WORKER, false);
        assertThatAllIsQuiet();
    }

    @Test
    void farmThatBreaksWhileItRunsSomethingIsNotCountedAsRunning() throws Exception {
        var run = run(LONG);
        var asked = farm.next();
        asked.observer().running(WORKER, false);
        asked.outcome().completeExceptionally(new IllegalStateException("broken"));
        assertThat(((Ending.Failed) closed(run)).reason()).isEqualTo("farm failed");
        assertThatAllIsQuiet();
    }

    @Test
    void placesAreGivenBackOnce() throws Exception {
        var two = new HomeSlots(2);
        var one = two.tryTake().orElseThrow();
        var other = two.take(LONG).orElseThrow();
        assertThat(two.tryTake()).isEmpty();
        assertThat(two.take(SHORT)).isEmpty();
        one.close();
        one.close();
        assertThat(two.tryTake()).isPresent();
        assertThat(two.tryTake()).isEmpty();
        other.close();
        assertThat(two.tryTake()).isPresent();
    }

    private Future<Ending> run(Duration queued) {
        var runs = new FarmRuns(farm, home, new Patience(queued, false, LONG, SHORT), standing);
        return threads.submit(() -> runs.run(REQUEST, Optional.empty()));
    }

    private void fail() {
        standing.failed("why");
        standing.failed("why");
        standing.failed("why");
    }

    private static boolean isOver(Future<Ending> run, Duration patience) throws Exception {
        try {
            run.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        }
    }

    private void assertThatFailed(Future<Ending> run, String reason, String detail) throws Exception {
        var failed = (Ending.Failed) run.get(20, TimeUnit.SECONDS);
        assertThat(failed.reason()).isEqualTo(reason);
        assertThat(failed.detail()).isEqualTo(detail);
        assertThat(home.tryTake()).as("The only place is taken").isEmpty();
        failed.slot().close();
        failed.slot().close();
    }

    private static Ending closed(Future<Ending> run) throws InterruptedException, ExecutionException {
        var ending = run.get();
        if (ending instanceof Ending.Failed failed) {
            failed.slot().close();
        }
        return ending;
    }

    /// Nothing counts as running, and the place at home is free.
    private void assertThatAllIsQuiet() throws InterruptedException {
        home.take(Duration.ofSeconds(20)).orElseThrow().close();
        now.addAndGet(LONG.toNanos());
        var limit = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!standing.isStuckFor(LONG) && System.nanoTime() < limit) {
            now.addAndGet(LONG.toNanos());
            Thread.onSpinWait();
        }
        assertThat(standing.isStuckFor(LONG)).isTrue();
    }
}
