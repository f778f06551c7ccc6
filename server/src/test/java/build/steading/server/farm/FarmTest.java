// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FarmTest extends FarmFixture {
    FarmTest() {
        super(Instant::now);
    }

    @Test
    void resultIsReturnedRememberedAndAnsweredFromMemoryNextTime() throws Exception {
        var action = action("a");
        var execution = execute(action);
        var lease = take();
        assertThat(lease.action()).isEqualTo(action);

        farm.finish(lease.id(), completed(SUCCESS));

        assertThat(execution.await()).isEqualTo(completed(SUCCESS));
        assertThat(execute(action).await()).isEqualTo(new Outcome.Completed(SUCCESS, true, List.of()));
    }

    @Test
    void failedCommandIsAResultButNotRemembered() throws Exception {
        var action = action("a");
        var failure = ActionResult.newBuilder().setExitCode(2).build();
        var execution = execute(action);

        farm.finish(take().id(), completed(failure));

        assertThat(execution.await()).isEqualTo(completed(failure));
        assertThat(cache.find(action)).isEmpty();
    }

    @Test
    void actionThatMustNotBeCachedIsNeitherRememberedNorMerged() throws Exception {
        var action = action("a", true, "");
        execute(action);
        execute(action);

        var first = take();
        var second = take();
        farm.finish(first.id(), completed(SUCCESS));
        farm.finish(second.id(), completed(SUCCESS));

        assertThat(cache.find(action)).isEmpty();
    }

    @Test
    void equalActionsRunOnceAndLatecomersHearFromTheBeginning() throws Exception {
        var action = action("a");
        var first = new Recorder();
        var firstExecution = execute(action, first);
        var lease = take();
        farm.append(lease.id(), 0, printed("one "));

        var second = new Recorder();
        var secondExecution = execute(action, second);
        farm.append(lease.id(), printed("one ").length, printed("two"));
        farm.finish(lease.id(), completed(SUCCESS));

        assertThat(first.events).containsExactly("queued", "running alone", "one ", "two");
        assertThat(second.events).containsExactly("running joined", "one ", "two");
        assertThat(firstExecution.await()).isEqualTo(secondExecution.await());
        assertThat(farm.take(WORKER, AT_ONCE)).isEmpty();
    }

    @Test
    void repeatedAppendIsIgnoredAndAfterAGapTheFarmSaysWhatItHas() throws Exception {
        var recorder = new Recorder();
        execute(action("a"), recorder);
        var lease = take();

        farm.append(lease.id(), 0, printed("x"));
        farm.append(lease.id(), 0, printed("x"));
        assertThat(farm.append(lease.id(), 1000, printed("y"))).isEqualTo(printed("x").length);

        assertThat(recorder.events).containsExactly("queued", "running alone", "x");
    }

    @Test
    void logThatOutgrowsMemoryIsStillToldWhole() throws Exception {
        execute(action("a"));
        var lease = take();
        var piece = printed("x".repeat(100_000));
        for (var i = 0; i < 5; i++) {
            farm.append(lease.id(), (long) i * piece.length, piece);
        }

        var late = new Recorder();
        execute(action("a"), late);

        assertThat(late.events).hasSize(6);
        farm.finish(lease.id(), completed(SUCCESS));
        assertThat(logs).isEmptyDirectory();
    }

    @Test
    void leaseThatIsTakenBackIsToldOfAtOnce() throws Exception {
        var told = new LinkedBlockingQueue<String>();
        farm.onRevoked((worker, lease) -> told.add(worker + " " + lease));
        var execution = execute(action("a"));
        var lease = take();

        execution.withdraw("ann");

        assertThat(told.poll(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(WORKER + " " + lease.id());
    }

    @Test
    void withdrawingTheLastStakeTakesTheLeaseBack() throws Exception {
        var execution = execute(action("a"));
        var lease = take();

        execution.withdraw("ann");

        assertThat(execution.await()).isEqualTo(new Outcome.Cancelled("ann"));
        assertThat(farm.renew(WORKER, Set.of(lease.id()))).containsExactly(lease.id());
        assertThatThrownBy(() -> farm.finish(lease.id(), completed(SUCCESS)))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.NotFound.class));
        assertThat(cache.find(lease.action())).isEmpty();
    }

    @Test
    void withdrawingOneStakeOfTwoChangesNothingForTheOther() throws Exception {
        var action = action("a");
        var first = execute(action);
        var second = execute(action);
        var lease = take();

        first.withdraw("ann");
        farm.finish(lease.id(), completed(SUCCESS));

        assertThat(first.await()).isEqualTo(new Outcome.Cancelled("ann"));
        assertThat(second.await()).isEqualTo(completed(SUCCESS));
    }

    @Test
    void farmsFaultIsTriedAgain() throws Exception {
        var recorder = new Recorder();
        var execution = execute(action("a"), recorder);
        var lease = take();
        farm.finish(lease.id(), new Outcome.NotRun(new Failure.Unavailable("Disk full")));

        var again = farm.take(WORKER, SOON).orElseThrow();
        assertThat(again.id()).isNotEqualTo(lease.id());
        farm.finish(again.id(), completed(SUCCESS));

        assertThat(execution.await()).isEqualTo(completed(SUCCESS));
        assertThat(recorder.events).containsExactly("queued", "running alone", "queued", "running alone");
    }

    @Test
    void missingInputsAreToldAtOnceAndNotTriedAgain() throws Exception {
        var missing = new Failure.MissingBlobs(Set.of(Digest.of(new byte[] {1})));
        var execution = execute(action("a"));

        farm.finish(take().id(), new Outcome.NotRun(missing));

        assertThat(execution.await()).isEqualTo(new Outcome.NotRun(missing));
    }

    @Test
    void absentOrBrokenActionIsNotRun() throws Exception {
        var absent = Digest.of(new byte[] {1});
        var broken = Blobs.put(blobs, new byte[] {0, 1, 2});

        assertThat(execute(absent).await()).isEqualTo(new Outcome.NotRun(new Failure.MissingBlobs(Set.of(absent))));
        assertThat(execute(broken).await())
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        notRun -> assertThat(notRun.failure()).isInstanceOf(Failure.Invalid.class));
    }

    @Test
    void workerGetsOnlyWhatItFits() throws Exception {
        var recorder = new Recorder();
        execute(action("a", false, "os == \"plan9\""), recorder);

        assertThat(farm.take(WORKER, AT_ONCE)).isEmpty();
        execute(action("b", false, "os == \"linux\""));
        assertThat(farm.take(WORKER, AT_ONCE)).isPresent();
    }

    @Test
    void workerThatRestartsLosesItsLeases() throws Exception {
        farm.connected(WORKER, 1);
        execute(action("a"));
        var lease = take();

        farm.connected(WORKER, 2);
        announce(WORKER, 1);

        assertThat(farm.renew(WORKER, Set.of(lease.id()))).containsExactly(lease.id());
        assertThat(farm.take(WORKER, SOON)).isPresent();
    }

    @Test
    void refusalIsInvisibleToTheRequester() throws Exception {
        announce(OTHER, 1);
        var recorder = new Recorder();
        var execution = execute(action("a"), recorder);

        farm.finish(take().id(), new Outcome.Refused("On battery", Optional.empty()));
        farm.finish(farm.take(OTHER, SOON).orElseThrow().id(), completed(SUCCESS));

        assertThat(execution.await()).isEqualTo(completed(SUCCESS));
        assertThat(recorder.events).containsExactly("queued", "running alone", "queued", "running alone");
    }

    @Test
    void whatHappenedToTheCommandIsToldAsItWas() throws Exception {
        for (var end : List.of(
                new Outcome.OutOfMemory(1 << 20, SUCCESS),
                new Outcome.TimedOut(SOON, SUCCESS),
                new Outcome.Rejected(new Failure.Invalid("Output `o` is a socket"), SUCCESS))) {
            var execution = execute(action(end.toString()));

            farm.finish(take().id(), end);

            assertThat(execution.await()).isEqualTo(end);
        }
    }

    @Test
    void actionThatItsWorkerCancelsOfItsOwnAccordIsTriedAgain() throws Exception {
        announce(OTHER, 1);
        var execution = execute(action("a"));

        farm.finish(take().id(), new Outcome.Cancelled("the worker stops"));
        farm.finish(farm.take(OTHER, SOON).orElseThrow().id(), completed(SUCCESS));

        assertThat(execution.await()).isEqualTo(completed(SUCCESS));
    }

    @Test
    void executionSaysWhyItWaitsAsLongAsItDoes() throws Exception {
        var stuck = execute(action("a", false, "os == \"plan9\""));
        var running = execute(action("b"));
        assertThat(running.why()).isNotEmpty();
        var lease = take();

        assertThat(stuck.why()).isNotEmpty().allSatisfy(line -> assertThat(line).doesNotContain("\n"));
        assertThat(running.why()).isEmpty();
        farm.finish(lease.id(), completed(SUCCESS));
        assertThat(running.why()).isEmpty();
    }

    @Test
    void whatAnActionNeedsIsPinnedWhileSomebodyWaits() throws Exception {
        var action = action("a");
        var first = execute(action);
        execute(action);
        assertThat(pins.test(action)).isTrue();

        first.withdraw("ann");
        assertThat(pins.test(action)).isTrue();
        farm.finish(take().id(), completed(SUCCESS));
        assertThat(pins.test(action)).isFalse();
    }

    @Test
    void actionWithoutItsCommandIsNotQueued() throws Exception {
        var gone = Digest.of(new byte[] {1});
        var action = Blobs.put(
                blobs,
                Action.newBuilder()
                        .setCommandDigest(Digests.toProto(gone))
                        .setInputRootDigest(Digests.toProto(Digest.EMPTY))
                        .build());

        assertThat(execute(action).await()).isEqualTo(new Outcome.NotRun(new Failure.MissingBlobs(Set.of(gone))));
        assertThat(pins.test(action)).isFalse();
    }

    @Test
    void closingTellsWhoeverWaits() throws Exception {
        var execution = execute(action("a"));

        farm.close();

        assertThat(execution.await()).isInstanceOf(Outcome.NotRun.class);
    }
}
