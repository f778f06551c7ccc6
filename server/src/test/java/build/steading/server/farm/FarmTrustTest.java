// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Execution;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.LeaseId;
import build.steading.tree.DirectoryBuilder;
import java.io.InputStream;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the farm does about workers that say what is not so.
class FarmTrustTest extends FarmFixture {
    private static final Digest NOT_THERE = Digest.of(new byte[] {1});

    private final SlowBlobs slow = (SlowBlobs) blobs;

    FarmTrustTest() {
        super(Instant::now, new SlowBlobs());
    }

    @BeforeEach
    void announceAnother() {
        announce(OTHER, 1);
    }

    private void assertRunsElsewhere(Execution execution) throws InterruptedException {
        farm.finish(farm.take(OTHER, SOON).orElseThrow().id(), completed(SUCCESS));
        assertThat(execution.await()).isEqualTo(completed(SUCCESS));
    }

    private static ActionResult withFile(Digest file) {
        return ActionResult.newBuilder()
                .addOutputFiles(OutputFile.newBuilder().setPath("a").setDigest(Digests.toProto(file)))
                .build();
    }

    @Test
    void resultWhoseOutputIsNotThereIsNeitherToldNorRemembered() throws Exception {
        var action = action("a");
        var execution = execute(action);

        farm.finish(take().id(), completed(withFile(NOT_THERE)));

        assertThat(cache.find(action)).isEmpty();
        assertRunsElsewhere(execution);
    }

    @Test
    void outputsAreLookedForAtAnyDepth() throws Exception {
        var inner = Blobs.put(
                blobs, new DirectoryBuilder().file("f", NOT_THERE, false).build());
        var outer =
                Blobs.put(blobs, new DirectoryBuilder().directory("d", inner).build());
        var result = ActionResult.newBuilder()
                .addOutputDirectories(
                        OutputDirectory.newBuilder().setPath("o").setRootDirectoryDigest(Digests.toProto(outer)));
        var execution = execute(action("a"));

        farm.finish(take().id(), completed(result.build()));

        assertRunsElsewhere(execution);
    }

    @Test
    void outputOfAFailedCommandMustBeThereToo() throws Exception {
        var log = ActionResult.newBuilder().setExitCode(1).setStderrDigest(Digests.toProto(NOT_THERE));
        var execution = execute(action("a"));

        farm.finish(take().id(), completed(log.build()));

        assertRunsElsewhere(execution);
    }

    @Test
    void resultThatMakesNoSenseIsNotBelieved() throws Exception {
        var nonsense = ActionResult.newBuilder()
                .addOutputFiles(OutputFile.newBuilder().setPath("a"))
                .build();
        var execution = execute(action("a"));

        farm.finish(take().id(), completed(nonsense));

        assertRunsElsewhere(execution);
    }

    @Test
    void resultWithAllItsOutputsIsBelieved() throws Exception {
        var result = withFile(Blobs.put(blobs, new byte[] {2}));
        var execution = execute(action("a"));

        farm.finish(take().id(), completed(result));

        assertThat(execution.await()).isEqualTo(completed(result));
    }

    @Test
    void inputThatIsThereIsNotMissing() throws Exception {
        var present = Blobs.put(blobs, new byte[] {3});
        var execution = execute(action("a"));

        farm.finish(take().id(), new Outcome.NotRun(new Failure.MissingBlobs(Set.of(present))));

        assertRunsElsewhere(execution);
    }

    @Test
    void farmIsNotHeldUpWhileTheStoreIsAsked() throws Exception {
        execute(action("a"));
        var lease = take();
        slow.stop();

        var finish = finishElsewhere(lease.id(), withFile(NOT_THERE));
        slow.awaitAsked();

        assertThat(farm.snapshot().running()).isEqualTo(1);
        assertThat(farm.renew(WORKER, Set.of(lease.id()))).isEmpty();
        slow.goOn();
        finish.get(10, TimeUnit.SECONDS);
    }

    @Test
    void leaseTakenBackWhileTheStoreIsAskedStaysSo() throws Exception {
        var execution = execute(action("a"));
        var lease = take();
        slow.stop();
        var finish = finishElsewhere(lease.id(), withFile(Digest.EMPTY));
        slow.awaitAsked();

        execution.withdraw("ann");
        slow.goOn();

        assertFails(finish, Failure.NotFound.class);
        assertThat(execution.await()).isEqualTo(new Outcome.Cancelled("ann"));
    }

    @Test
    void workerWhoseReportMeetsTheEndOfTheFarmKeepsItForTheNext() throws Exception {
        var execution = execute(action("a"));
        var lease = take();
        slow.stop();
        var finish = finishElsewhere(lease.id(), withFile(Digest.EMPTY));
        slow.awaitAsked();

        farm.close();
        slow.goOn();

        assertFails(finish, Failure.Unavailable.class);
        assertThat(execution.await()).isInstanceOf(Outcome.NotRun.class);
    }

    private CompletableFuture<Void> finishElsewhere(LeaseId lease, ActionResult result) {
        return CompletableFuture.runAsync(() -> farm.finish(lease, completed(result)));
    }

    private static void assertFails(CompletableFuture<Void> finish, Class<? extends Failure> how) {
        assertThatThrownBy(() -> finish.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(how));
    }

    /// A store that can be made to answer no question for a while.
    private static final class SlowBlobs implements BlobStore {
        private final BlobStore next = new MemoryBlobStore();
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private volatile boolean stopped;

        void stop() {
            stopped = true;
        }

        void awaitAsked() throws InterruptedException {
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        }

        void goOn() {
            goOn.countDown();
        }

        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            if (stopped) {
                asked.countDown();
                awaitGoOn();
            }
            return next.findMissing(digests);
        }

        private void awaitGoOn() {
            try {
                assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public InputStream open(Digest digest) {
            return next.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            next.put(digest, content);
        }
    }
}
