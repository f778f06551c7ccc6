// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.lifecycle.ManualClock;
import build.steading.schedule.Decision;
import build.steading.schedule.Ending;
import build.steading.schedule.ExecutionId;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Verdict;
import build.steading.schedule.WaiterId;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of the work of an earlier process. The scheduler's decisions are given here.
class LiveWorkTest {
    private static final LeaseId EARLIER = new LeaseId(5);
    private static final WaiterId WAITER = new WaiterId(1);
    private static final ExecutionId EXECUTION = new ExecutionId(100);
    private static final Outcome FAILED =
            FarmFixture.completed(FarmFixture.SUCCESS.toBuilder().setExitCode(1).build());

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final ManualClock clock = new ManualClock();
    private final List<WorkerId> delivered = new ArrayList<>();
    private final FarmFixture.Recorder recorder = new FarmFixture.Recorder();
    private final ExecutionRequest request = FarmFixture.request(Blobs.put(
            blobs,
            Action.newBuilder()
                    .setCommandDigest(Digests.toProto(Digest.EMPTY))
                    .setInputRootDigest(Digests.toProto(Digest.EMPTY))
                    .build()));
    private final String key = request.action().toString();

    @TempDir
    private Path logs;

    private LiveWork work() {
        return new LiveWork(logs, clock, (worker, _) -> delivered.add(worker));
    }

    @CanIgnoreReturnValue
    private LiveWork parked(LiveWork work) {
        work.park(FarmFixture.WORKER, Map.of(EARLIER, key));
        return work;
    }

    private void submit(LiveWork work) {
        var admission = Admission.of(request, blobs, new Pins());
        work.add(new Pending(stake(), request, admission));
        work.carryOut(new Decision.Accepted(WAITER, EXECUTION));
    }

    /// Nobody asks the farm through it here.
    @SuppressWarnings("NullAway")
    private Stake stake() {
        return new Stake(null, WAITER, recorder);
    }

    private static long append(LiveWork work, long offset, String text) {
        return work.find(EARLIER).orElseThrow().log().append(offset, FarmFixture.printed(text));
    }

    @Test
    void outputIsCollectedFromTheBeginningBeforeAnybodyAsks() {
        var work = parked(work());

        assertThat(append(work, 1000, "c")).isZero();
        var one = append(work, 0, "a");
        submit(work);
        work.carryOut(new Decision.Adopted(EARLIER, EXECUTION, FarmFixture.WORKER));
        append(work, one, "b");

        assertThat(recorder.events).containsExactly("running alone", "a", "b");
        assertThat(delivered).isEmpty();
    }

    @Test
    void adoptedAttemptEndsLikeAnyOther() throws Exception {
        var work = parked(work());
        submit(work);
        work.carryOut(new Decision.Adopted(EARLIER, EXECUTION, FarmFixture.WORKER));

        work.find(EARLIER).orElseThrow().end(FAILED, new Ending.Done());
        work.carryOut(new Decision.Ended(EXECUTION, List.of(WAITER), new Verdict.Done()));

        assertThat(work.find(EARLIER)).isEmpty();
        assertThat(work.takeLate(key)).isEmpty();
    }

    @Test
    void adoptedAttemptThatIsLostIsQueuedAgain() {
        var work = parked(work());
        submit(work);
        work.carryOut(new Decision.Adopted(EARLIER, EXECUTION, FarmFixture.WORKER));

        work.carryOut(new Decision.Revoked(EARLIER, FarmFixture.WORKER, "silent"));
        work.carryOut(new Decision.Requeued(EXECUTION, Optional.of(Fault.WORKER_LOST), "silent", 2, Instant.EPOCH));
        work.carryOut(new Decision.Assigned(new LeaseId(200), EXECUTION, FarmFixture.OTHER));

        assertThat(recorder.events).containsExactly("running alone", "queued", "running alone");
        assertThat(delivered).containsExactly(FarmFixture.OTHER);
        assertThat(work.find(EARLIER)).isEmpty();
    }

    @Test
    void outcomeThatNobodyAskedForYetAnswersWhoeverDoes() {
        var work = parked(work());
        work.find(EARLIER).orElseThrow().end(FAILED, new Ending.Done());

        work.carryOut(new Decision.Unclaimed(EARLIER, key));

        assertThat(work.find(EARLIER)).isEmpty();
        assertThat(work.takeLate(key)).contains(FAILED);
        assertThat(work.takeLate(key)).isEmpty();
    }

    @Test
    void outcomeThatNobodyAsksForIsForgotten() {
        var work = parked(work());
        work.find(EARLIER).orElseThrow().end(FAILED, new Ending.Done());
        work.carryOut(new Decision.Unclaimed(EARLIER, key));

        clock.advance(Duration.ofMinutes(10));

        assertThat(work.takeLate(key)).isEmpty();
    }

    @Test
    void parkedLeaseLivesUntilItsWorkerOrTheSchedulerLetsGoOfIt() {
        var work = parked(work());
        assertThat(work.unknownOf(Set.of(EARLIER))).isEmpty();

        work.park(FarmFixture.OTHER, Map.of());
        assertThat(work.unknownOf(Set.of(EARLIER))).isEmpty();
        work.park(FarmFixture.WORKER, Map.of());
        assertThat(work.unknownOf(Set.of(EARLIER))).containsExactly(EARLIER);

        work.carryOut(new Decision.Revoked(EARLIER, FarmFixture.WORKER, "lapsed"));
        parked(work).carryOut(new Decision.Revoked(EARLIER, FarmFixture.WORKER, "lapsed"));
        assertThat(work.unknownOf(Set.of(EARLIER))).containsExactly(EARLIER);
    }

    @Test
    void leaseOfThisProcessThatIsNoLongerLiveIsNotParked() {
        var work = work();
        submit(work);
        var own = new LeaseId(200);
        work.carryOut(new Decision.Assigned(own, EXECUTION, FarmFixture.WORKER));
        work.carryOut(new Decision.Revoked(own, FarmFixture.WORKER, "silent"));

        work.park(FarmFixture.WORKER, Map.of(own, key, EARLIER, key));

        assertThat(work.unknownOf(Set.of(own, EARLIER))).containsExactly(own);
    }

    @Test
    void nobodyElseCanTakeOverAParkedLease() {
        var work = parked(work());

        work.park(FarmFixture.OTHER, Map.of(EARLIER, key));

        assertThat(work.find(EARLIER).orElseThrow().worker()).isEqualTo(FarmFixture.WORKER);
    }

    @Test
    void actionThatAnotherWorkerFinishedFirstStillAnswersOnceMore() {
        var work = parked(work());
        submit(work);
        var other = new LeaseId(200);
        work.carryOut(new Decision.Assigned(other, EXECUTION, FarmFixture.OTHER));
        work.find(other).orElseThrow().end(FAILED, new Ending.Done());
        work.carryOut(new Decision.Ended(EXECUTION, List.of(WAITER), new Verdict.Done()));
        assertThat(work.unknownOf(Set.of(EARLIER, other))).containsExactly(other);

        work.find(EARLIER).orElseThrow().end(FAILED, new Ending.Done());
        work.carryOut(new Decision.Unclaimed(EARLIER, key));

        assertThat(work.takeLate(key)).contains(FAILED);
        assertThat(work.unknownOf(Set.of(EARLIER))).containsExactly(EARLIER);
    }

    @Test
    void whatIsOldIsToldByItsInputs() {
        var work = work();
        submit(work);

        assertThat(work.inputsOlderThan(clock.instant())).isEmpty();
        assertThat(work.inputsOlderThan(clock.instant().plusNanos(1))).containsExactly(Digest.EMPTY);
    }
}
