// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Platform;
import build.steading.action.MemoryActionCache;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import build.steading.platform.Properties;
import build.steading.platform.RequestFacts;
import build.steading.schedule.Limits;
import build.steading.schedule.Offer;
import build.steading.schedule.Scheduler;
import build.steading.schedule.WorkerId;
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FarmTest {
    private static final WorkerId WORKER = new WorkerId("worker");
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final ActionResult SUCCESS = ActionResult.newBuilder()
            .setStdoutRaw(ByteString.copyFromUtf8("ok"))
            .build();

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final MemoryActionCache cache = new MemoryActionCache(100);

    @TempDir
    private Path logs;

    private Farm farm;

    @BeforeEach
    void open() {
        var stores = new Farm.Stores(blobs, cache, new Pins(), logs);
        farm = new Farm(stores, new Scheduler(Limits.STANDARD, 1), Farm.RECONNECTION, Instant::now);
        announce(2);
    }

    @AfterEach
    void close() {
        farm.close();
    }

    private void announce(int slots) {
        farm.announce(WORKER, Offer.of(new Properties(Map.of("os", "linux")), slots));
    }

    private Digest action(String salt, boolean doNotCache, String requires) {
        var platform = Platform.newBuilder();
        if (!requires.isEmpty()) {
            platform.addPropertiesBuilder().setName("steading.requires").setValue(requires);
        }
        return Blobs.put(
                blobs,
                Action.newBuilder()
                        .setSalt(ByteString.copyFromUtf8(salt))
                        .setDoNotCache(doNotCache)
                        .setPlatform(platform)
                        .setCommandDigest(Digests.toProto(Digest.EMPTY))
                        .setInputRootDigest(Digests.toProto(Digest.EMPTY))
                        .build());
    }

    private Execution execute(Digest action, ExecutionObserver observer) {
        return farm.execute(new ExecutionRequest(action, false, RequestFacts.of("tenant", ""), List.of()), observer);
    }

    private Lease take() throws InterruptedException {
        return farm.take(WORKER, AT_ONCE).orElseThrow();
    }

    private static Outcome.Completed completed(ActionResult result) {
        return new Outcome.Completed(result, false, List.of());
    }

    private static byte[] printed(String text) {
        return LogFormat.encode(new LogRecord(Source.STDOUT, Instant.EPOCH, ByteString.copyFromUtf8(text)));
    }

    @Test
    void resultIsReturnedRememberedAndAnsweredFromMemoryNextTime() throws Exception {
        var action = action("a", false, "");
        var execution = execute(action, ExecutionObserver.NONE);
        var lease = take();
        assertThat(lease.action()).isEqualTo(action);

        farm.finish(lease.id(), completed(SUCCESS));

        assertThat(execution.await()).isEqualTo(completed(SUCCESS));
        assertThat(execute(action, ExecutionObserver.NONE).await())
                .isEqualTo(new Outcome.Completed(SUCCESS, true, List.of()));
    }

    @Test
    void failedCommandIsAResultButNotRemembered() throws Exception {
        var action = action("a", false, "");
        var failure = ActionResult.newBuilder().setExitCode(2).build();
        var execution = execute(action, ExecutionObserver.NONE);

        farm.finish(take().id(), completed(failure));

        assertThat(execution.await()).isEqualTo(completed(failure));
        assertThat(cache.find(action)).isEmpty();
    }

    @Test
    void actionThatMustNotBeCachedIsNeitherRememberedNorMerged() throws Exception {
        var action = action("a", true, "");
        execute(action, ExecutionObserver.NONE);
        execute(action, ExecutionObserver.NONE);

        var first = take();
        var second = take();
        farm.finish(first.id(), completed(SUCCESS));
        farm.finish(second.id(), completed(SUCCESS));

        assertThat(cache.find(action)).isEmpty();
    }

    @Test
    void equalActionsRunOnceAndLatecomersHearFromTheBeginning() throws Exception {
        var action = action("a", false, "");
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
        execute(action("a", false, ""), recorder);
        var lease = take();

        farm.append(lease.id(), 0, printed("x"));
        farm.append(lease.id(), 0, printed("x"));
        assertThat(farm.append(lease.id(), 1000, printed("y"))).isEqualTo(printed("x").length);

        assertThat(recorder.events).containsExactly("queued", "running alone", "x");
    }

    @Test
    void logThatOutgrowsMemoryIsStillToldWhole() throws Exception {
        execute(action("a", false, ""), ExecutionObserver.NONE);
        var lease = take();
        var piece = printed("x".repeat(100_000));
        for (var i = 0; i < 5; i++) {
            farm.append(lease.id(), (long) i * piece.length, piece);
        }

        var late = new Recorder();
        execute(action("a", false, ""), late);

        assertThat(late.events).hasSize(6);
        farm.finish(lease.id(), completed(SUCCESS));
        assertThat(logs).isEmptyDirectory();
    }

    @Test
    void withdrawingTheLastStakeTakesTheLeaseBack() throws Exception {
        var execution = execute(action("a", false, ""), ExecutionObserver.NONE);
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
        var action = action("a", false, "");
        var first = execute(action, ExecutionObserver.NONE);
        var second = execute(action, ExecutionObserver.NONE);
        var lease = take();

        first.withdraw("ann");
        farm.finish(lease.id(), completed(SUCCESS));

        assertThat(first.await()).isEqualTo(new Outcome.Cancelled("ann"));
        assertThat(second.await()).isEqualTo(completed(SUCCESS));
    }

    @Test
    void farmsFaultIsTriedAgain() throws Exception {
        var recorder = new Recorder();
        var execution = execute(action("a", false, ""), recorder);
        var lease = take();
        farm.finish(lease.id(), new Outcome.NotRun(new Failure.Unavailable("Disk full")));

        var again = farm.take(WORKER, Duration.ofSeconds(10)).orElseThrow();
        assertThat(again.id()).isNotEqualTo(lease.id());
        farm.finish(again.id(), completed(SUCCESS));

        assertThat(execution.await()).isEqualTo(completed(SUCCESS));
        assertThat(recorder.events).containsExactly("queued", "running alone", "queued", "running alone");
    }

    @Test
    void missingInputsAreToldAtOnceAndNotTriedAgain() throws Exception {
        var missing = new Failure.MissingBlobs(Set.of(Digest.of(new byte[] {1})));
        var execution = execute(action("a", false, ""), ExecutionObserver.NONE);

        farm.finish(take().id(), new Outcome.NotRun(missing));

        assertThat(execution.await()).isEqualTo(new Outcome.NotRun(missing));
    }

    @Test
    void absentOrBrokenActionIsNotRun() throws Exception {
        var absent = Digest.of(new byte[] {1});
        var broken = Blobs.put(blobs, new byte[] {0, 1, 2});

        assertThat(execute(absent, ExecutionObserver.NONE).await())
                .isEqualTo(new Outcome.NotRun(new Failure.MissingBlobs(Set.of(absent))));
        assertThat(execute(broken, ExecutionObserver.NONE).await())
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        notRun -> assertThat(notRun.failure()).isInstanceOf(Failure.Invalid.class));
    }

    @Test
    void workerGetsOnlyWhatItFits() throws Exception {
        var recorder = new Recorder();
        execute(action("a", false, "os == \"plan9\""), recorder);

        assertThat(farm.take(WORKER, AT_ONCE)).isEmpty();
        execute(action("b", false, "os == \"linux\""), ExecutionObserver.NONE);
        assertThat(farm.take(WORKER, AT_ONCE)).isPresent();
    }

    @Test
    void workerThatRestartsLosesItsLeases() throws Exception {
        execute(action("a", false, ""), ExecutionObserver.NONE);
        var lease = take();

        announce(1);

        assertThat(farm.renew(WORKER, Set.of(lease.id()))).containsExactly(lease.id());
        assertThat(farm.take(WORKER, Duration.ofSeconds(10))).isPresent();
    }

    @Test
    void closingTellsWhoeverWaits() throws Exception {
        var execution = execute(action("a", false, ""), ExecutionObserver.NONE);

        farm.close();

        assertThat(execution.await()).isInstanceOf(Outcome.NotRun.class);
    }

    private static final class Recorder implements ExecutionObserver {
        private final List<String> events = new CopyOnWriteArrayList<>();

        @Override
        public void queued(String reason) {
            events.add("queued");
        }

        @Override
        public void running(WorkerId worker, boolean joined) {
            events.add(joined ? "running joined" : "running alone");
        }

        @Override
        public void output(LogRecord entry) {
            events.add(entry.bytes().toStringUtf8());
        }
    }
}
