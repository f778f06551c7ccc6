// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.Action;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.blob.SizeLimitingBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RemoteWorkSource;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import build.steading.platform.Properties;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import com.google.protobuf.ByteString;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteWorkSourceTest {
    private static final WorkerId WORKER = new WorkerId("w");
    private static final Digest ACTION = Digest.of(new byte[] {1});
    private static final LeaseId LEASE = new LeaseId(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Outcome FAILED = new Outcome.NotRun(new Failure.Unavailable("For this test"));
    private static final byte[] RECORD = LogFormat.encode(
            new LogRecord(LogRecord.Source.STDOUT, Instant.EPOCH, ByteString.copyFrom("hello", UTF_8)));

    private final Resources resources = new Resources();
    private final ScriptedFarm farm = new ScriptedFarm();
    private WorkerServer server;
    private Wire wire;
    private RemoteWorkSource source;

    @BeforeEach
    void start() throws Exception {
        server = resources.add(new WorkerServer(0, farm));
        wire = resources.add(new Wire(server.port()));
        source = connect(wire.port());
    }

    private RemoteWorkSource connect(int port) {
        return resources
                .add(RemoteCluster.connect(URI.create("grpc://127.0.0.1:" + port), "", RetryPolicy.STANDARD))
                .work();
    }

    @AfterEach
    void stop() {
        resources.close();
    }

    private static Offer offer(LeaseId... held) {
        var offer = Offer.of(new Properties(Map.of("os", "linux")), 2);
        return held.length == 0 ? offer : offer.holding(Map.of(held[0], ACTION.toString()));
    }

    private Future<Optional<Lease>> takeAside() {
        var threads = resources.add(Executors.newVirtualThreadPerTaskExecutor());
        return threads.submit(() -> source.take(WORKER, PATIENCE));
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class));
    }

    @Test
    void workGoesForthAndBack() throws Exception {
        assertThat(source.announce(WORKER, offer())).isEqualTo(ScriptedFarm.TTL);
        assertThat(farm.offers()).containsExactly(offer());
        var lease = farm.offer(1, ACTION);

        assertThat(source.take(WORKER, PATIENCE)).contains(lease);
        assertThat(source.renew(WORKER, Set.of(LEASE))).isEmpty();
        assertThat(source.append(LEASE, 0, RECORD)).isEqualTo(RECORD.length);
        source.finish(LEASE, FAILED);

        assertThat(farm.text(LEASE)).isEqualTo("hello");
        assertThat(farm.outcomes(LEASE)).containsExactly(FAILED);
    }

    @Test
    void smallBlobsComeWithTheWork() throws Exception {
        var kept = new MemoryBlobStore();
        var keeping = resources
                .add(RemoteCluster.connect(URI.create("grpc://127.0.0.1:" + wire.port()), "", RetryPolicy.STANDARD))
                .work(kept);
        var action = Blobs.put(
                server.blobs(), Action.newBuilder().setDoNotCache(true).build());
        keeping.announce(WORKER, offer());
        var lease = farm.offer(1, action);

        assertThat(keeping.take(WORKER, PATIENCE)).contains(lease);
        assertThat(kept.findMissing(Set.of(action))).isEmpty();
    }

    @Test
    void workComesThoughNothingCanBeKept() throws Exception {
        var full = new SizeLimitingBlobStore(new MemoryBlobStore(), 1);
        var keeping = resources
                .add(RemoteCluster.connect(URI.create("grpc://127.0.0.1:" + wire.port()), "", RetryPolicy.STANDARD))
                .work(full);
        var action = Blobs.put(
                server.blobs(), Action.newBuilder().setDoNotCache(true).build());
        keeping.announce(WORKER, offer());
        var lease = farm.offer(1, action);

        assertThat(keeping.take(WORKER, PATIENCE)).contains(lease);
    }

    @Test
    void nothingToDoIsFoundOutInTime() throws Exception {
        source.announce(WORKER, offer());

        assertThat(source.take(WORKER, Duration.ofMillis(50))).isEmpty();
        assertThat(farm.waiting()).isZero();
    }

    @Test
    void goneLeasesAreNotFound() throws Exception {
        source.announce(WORKER, offer());

        assertThatThrownBy(() -> source.append(LEASE, 0, RECORD))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.NotFound.class));
        assertThatThrownBy(() -> source.finish(LEASE, FAILED))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.NotFound.class));
        assertThat(source.renew(WORKER, Set.of(LEASE))).containsExactly(LEASE);
    }

    @Test
    void cutConnectionIsNoticedAndMended() throws Exception {
        source.announce(WORKER, offer());
        farm.offer(1, ACTION);
        var _ = source.take(WORKER, PATIENCE);

        wire.cut();

        farm.await(() -> farm.attendance().containsAll(List.of("-w1", "+w2"))
                && farm.offers().size() > 1);
        assertThat(farm.offers().getLast()).isEqualTo(offer(LEASE));
    }

    @Test
    void whatTheWorkerHasLetGoOfIsNotHeldAnyMore() throws Exception {
        source.announce(WORKER, offer());
        farm.offer(1, ACTION);
        farm.offer(2, ACTION);
        farm.offer(3, ACTION);
        var _ = source.take(WORKER, PATIENCE);
        var _ = source.take(WORKER, PATIENCE);
        var _ = source.renew(WORKER, Set.of(LEASE, new LeaseId(2)));
        var _ = source.renew(WORKER, Set.of(LEASE));
        var _ = source.take(WORKER, PATIENCE);

        wire.cut();

        farm.await(() -> farm.offers().size() > 1);
        assertThat(farm.offers().getLast().held()).containsOnlyKeys(LEASE, new LeaseId(3));
    }

    @Test
    void takeSitsOutARestart() throws Exception {
        source = connect(server.port());
        source.announce(WORKER, offer());
        var taken = takeAside();
        farm.await(() -> farm.waiting() == 1);
        server.close();

        var next = new ScriptedFarm();
        resources.add(new WorkerServer(server.port(), next));
        var lease = next.offer(1, ACTION);

        assertThat(taken.get(30, TimeUnit.SECONDS)).contains(lease);
        assertThat(next.offers()).containsExactly(offer());
    }

    @Test
    void allElseFailsWhileTheServerIsAway() throws Exception {
        source = connect(server.port());
        source.announce(WORKER, offer());
        farm.offer(1, ACTION);
        var _ = source.take(WORKER, PATIENCE);
        server.close();

        assertUnavailable(() -> source.renew(WORKER, Set.of(LEASE)));
        assertUnavailable(() -> source.append(LEASE, 0, RECORD));
        assertUnavailable(() -> source.finish(LEASE, FAILED));
        assertUnavailable(() -> source.announce(WORKER, offer()));
        assertThat(source.take(WORKER, Duration.ofMillis(50))).isEmpty();
    }

    @Test
    void nobodyAtHomeIsSaidAtOnce() {
        server.close();

        assertUnavailable(() -> connect(server.port()).announce(WORKER, offer()));
    }

    @Test
    void interruptedTakeWaitsNoMore() throws Exception {
        source.announce(WORKER, offer());
        var taken = takeAside();
        farm.await(() -> farm.waiting() == 1);

        taken.cancel(true);

        farm.await(() -> farm.waiting() == 0);
    }

    @Test
    void newsOfGoneLeasesComesAtOnce() throws Exception {
        var news = new CountDownLatch(2);
        source.onNews(news::countDown);
        source.announce(WORKER, offer());
        farm.offer(1, ACTION);
        var _ = source.take(WORKER, PATIENCE);

        server.service().tellGone(WORKER, Set.of(LEASE));

        assertThat(news.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(source.renew(WORKER, Set.of(LEASE))).containsExactly(LEASE);
    }

    @Test
    void logThatTheFarmLostIsSentBeforeTheEnd() throws Exception {
        source = connect(server.port());
        source.announce(WORKER, offer());
        farm.offer(1, ACTION);
        var _ = source.take(WORKER, PATIENCE);
        var _ = source.append(LEASE, 0, RECORD);
        server.close();
        var next = new ScriptedFarm();
        resources.add(new WorkerServer(server.port(), next));
        next.await(() -> !next.offers().isEmpty());
        var _ = source.announce(WORKER, offer(LEASE));

        assertUnavailable(() -> source.finish(LEASE, FAILED));
        assertThat(source.append(LEASE, RECORD.length, new byte[0])).isZero();
        assertThat(source.append(LEASE, 0, RECORD)).isEqualTo(RECORD.length);
        source.finish(LEASE, FAILED);
        assertThat(next.outcomes(LEASE)).containsExactly(FAILED);
    }

    /// However the two streams overtake each other.
    @Test
    void announcementVoidsNoLeaseThatIsOnItsWay() throws Exception {
        var leases = 500;
        var working = new ConcurrentHashMap<LeaseId, String>();
        source.announce(WORKER, offer());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var slot = threads.submit(() -> {
                for (var id = 1; id <= leases; id++) {
                    farm.offer(id, ACTION);
                    var lease = source.take(WORKER, PATIENCE).orElseThrow();
                    working.put(lease.id(), ACTION.toString());
                    source.append(lease.id(), 0, RECORD);
                    source.finish(lease.id(), FAILED);
                    working.remove(lease.id());
                }
                return leases;
            });
            while (!slot.isDone()) {
                source.announce(WORKER, offer().holding(Map.copyOf(working)));
            }
            assertThat(slot).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void goodbyeIsHeard() throws Exception {
        source.announce(WORKER, offer());
        source.close();

        assertThat(farm.attendance()).containsExactly("+w1", "-w1");
    }
}
