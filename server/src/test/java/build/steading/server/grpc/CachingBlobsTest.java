// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.Directory;
import build.steading.action.MemoryActionCache;
import build.steading.blob.BlobStore;
import build.steading.blob.BlobStoreContract;
import build.steading.blob.Blobs;
import build.steading.blob.CorruptBlobException;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.blob.LocalBlobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.tree.DirectoryBuilder;
import build.steading.worker.input.Directories;
import build.steading.worker.input.LayeredInputs;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A worker's store in front of a server's.
class CachingBlobsTest {
    private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30));

    @TempDir
    private Path directory;

    private final Resources resources = new Resources();
    private final MemoryBlobStore elsewhere = new MemoryBlobStore();
    private final Queue<String> calls = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        resources.close();
    }

    private FileBlobStore local() {
        return resources.add(new FileBlobStore(
                new FileBlobStore.Config(directory.resolve("local"), 1L << 36, Duration.ofHours(1), Durability.NONE),
                _ -> false,
                InstantSource.system()));
    }

    /// What every store owes, over a real server on a socket.
    @Nested
    class Contract extends BlobStoreContract {
        @Override
        protected BlobStore newStore() {
            var socket = directory.resolve("socket");
            resources.add(GrpcServer.start(
                    GrpcConfig.onSocket(socket), elsewhere, new MemoryActionCache(1), new FakeExecutor()));
            var cluster = resources.add(RemoteCluster.connect(URI.create("unix:" + socket), "", RetryPolicy.STANDARD));
            return cluster.cachedIn(local());
        }
    }

    private LocalBlobs cached(BlobStore server) {
        return cached(server, local());
    }

    private LocalBlobs cached(BlobStore server, LocalBlobs local) {
        ServerInterceptor counting = new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                calls.add(String.valueOf(call.getMethodDescriptor().getBareMethodName()));
                return next.startCall(call, headers);
            }
        };
        var config = GrpcTest.config(InstanceNames.ANY, false);
        var running = resources.add(
                new InProcessServer(config, server, new MemoryActionCache(1), new FakeExecutor(), counting));
        return resources.add(RemoteCluster.over(running.channel(), "", ONCE)).cachedIn(local);
    }

    private Set<Digest> small(BlobStore store, int count) {
        var digests = new HashSet<Digest>();
        for (var i = 0; i < count; i++) {
            digests.add(Blobs.put(store, ("blob " + i).getBytes(UTF_8)));
        }
        return digests;
    }

    @Test
    void manySmallBlobsComeInOneMessage() {
        var wanted = small(elsewhere, 1_000);
        var local = local();

        assertThat(cached(elsewhere, local).fetch(wanted)).isEmpty();

        assertThat(calls).containsExactly("GetCapabilities", "BatchReadBlobs");
        assertThat(local.findMissing(wanted)).isEmpty();
    }

    @Test
    void whatDoesNotFitIntoOneMessageComesInSeveral() {
        var wanted = new HashSet<Digest>();
        for (var i = 0; i < 5; i++) {
            wanted.add(Blobs.put(elsewhere, GrpcTest.bytes(1_500_000, i)));
        }
        wanted.add(Blobs.put(elsewhere, GrpcTest.bytes(6_000_000, 9)));
        var local = local();

        assertThat(cached(elsewhere, local).fetch(wanted)).isEmpty();

        assertThat(calls)
                .containsExactlyInAnyOrder(
                        "GetCapabilities", "BatchReadBlobs", "BatchReadBlobs", "BatchReadBlobs", "Read");
        assertThat(local.findMissing(wanted)).isEmpty();
    }

    @Test
    void absentBlobsAreNamedAndTheOthersCome() {
        var wanted = small(elsewhere, 3);
        var absent = Set.of(Digest.of(new byte[] {1}), Digest.of(GrpcTest.bytes(6_000_000, 1)));
        var all = new HashSet<>(wanted);
        all.addAll(absent);
        var local = local();

        assertThat(cached(elsewhere, local).fetch(all)).isEqualTo(absent);
        assertThat(local.findMissing(wanted)).isEmpty();
    }

    @Test
    void whatIsHereIsNotAskedFor() {
        var blobs = cached(elsewhere);
        var wanted = small(blobs, 10);

        assertThat(blobs.fetch(wanted)).isEmpty();
        wanted.forEach(digest -> assertThat(blobs.file(digest, false)).hasSize(digest.sizeBytes()));
        assertThat(calls).isEmpty();
    }

    @Test
    void oneBlobIsFetchedOnceHoweverManyNeedIt() throws Exception {
        var digest = Blobs.put(elsewhere, GrpcTest.bytes(2_000_000, 1));
        var blobs = cached(elsewhere);
        var barrier = new CyclicBarrier(8);
        Callable<Path> use = () -> {
            barrier.await();
            return blobs.file(digest, false);
        };

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var uses = new ArrayList<Future<Path>>();
            for (var i = 0; i < 8; i++) {
                uses.add(threads.submit(use));
            }
            for (var each : uses) {
                assertThat(each.get()).hasSize(2_000_000);
            }
        }
        assertThat(calls).containsExactly("GetCapabilities", "BatchReadBlobs");
    }

    @Test
    void inputTreeOfManyFilesComesInOneMessageALevel() throws IOException {
        var root = new DirectoryBuilder();
        for (var i = 0; i < 20; i++) {
            var middle = new DirectoryBuilder();
            for (var j = 0; j < 5; j++) {
                var leaf = new DirectoryBuilder();
                for (var k = 0; k < 10; k++) {
                    var text = "%d/%d/%d".formatted(i, j, k);
                    leaf.file("f" + k, Blobs.put(elsewhere, text.getBytes(UTF_8)), false);
                }
                middle.directory("d" + j, Blobs.put(elsewhere, leaf.build()));
            }
            root.directory("d" + i, Blobs.put(elsewhere, middle.build()));
        }
        Directory top = root.build();
        var blobs = cached(elsewhere);
        var inputs = new LayeredInputs(
                Files.createDirectory(directory.resolve("layers")),
                blobs,
                new Directories(blobs, 100_000),
                10_000,
                _ -> {});

        try (var tree = inputs.prepare(Blobs.put(elsewhere, top), List.of(), directory.resolve("attempt"))) {
            assertThat(tree.place().layers().getFirst().resolve("d7/d3/f9")).hasContent("7/3/9");
        }
        // Three levels of directories, and all files.
        assertThat(calls)
                .containsExactly(
                        "GetCapabilities", "BatchReadBlobs", "BatchReadBlobs", "BatchReadBlobs", "BatchReadBlobs");
    }

    @Test
    void fewBytesAreSentUnasked() {
        var blobs = cached(elsewhere);
        var ours = small(blobs, 100);
        assertThat(elsewhere.findMissing(ours)).isEqualTo(ours);

        blobs.publish(ours);

        assertThat(elsewhere.findMissing(ours)).isEmpty();
        assertThat(calls).containsExactly("GetCapabilities", "BatchUpdateBlobs");
    }

    @Test
    void whatTheServerHasIsNotSentAgain() {
        var blobs = cached(elsewhere);
        var known = Blobs.put(elsewhere, GrpcTest.bytes(6_000_000, 1));
        var ours = Set.of(
                Blobs.put(blobs, GrpcTest.bytes(6_000_000, 1)),
                Blobs.put(blobs, GrpcTest.bytes(5_000_000, 2)),
                Blobs.put(blobs, GrpcTest.bytes(50, 3)));
        assertThat(ours).contains(known);

        blobs.publish(ours);

        assertThat(elsewhere.findMissing(ours)).isEmpty();
        assertThat(calls).containsExactlyInAnyOrder("GetCapabilities", "FindMissingBlobs", "BatchUpdateBlobs", "Write");
    }

    @Test
    void bytesThatWentBadHereAreFetchedAgain() throws Exception {
        var digest = Blobs.put(elsewhere, "good".getBytes(UTF_8));
        var blobs = cached(elsewhere);
        Files.writeString(blobs.file(digest, false), "evil");

        assertThat(blobs.file(digest, false)).hasContent("good");
    }

    @Test
    void badBytesFromElsewhereAreRefusedAndCalledBad() {
        var digest = Digest.of("good".getBytes(UTF_8));
        var local = local();
        var blobs = cached(new Lying(), local);

        assertThatThrownBy(() -> blobs.fetch(Set.of(digest)))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class))
                .hasRootCauseInstanceOf(CorruptBlobException.class);
        assertThat(local.findMissing(Set.of(digest))).containsExactly(digest);
    }

    @Test
    void unreachableServerIsUnavailable() {
        var cluster = resources.add(RemoteCluster.connect(URI.create("unix:" + directory.resolve("nobody")), "", ONCE));
        var blobs = cluster.cachedIn(local());

        assertThatThrownBy(() -> blobs.file(Digest.of(new byte[] {1}), false))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class));
    }

    /// Says evil for good.
    private static final class Lying implements BlobStore {
        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            return Set.of();
        }

        @Override
        public InputStream open(Digest digest) {
            return new ByteArrayInputStream("evil".getBytes(UTF_8));
        }

        @Override
        public void put(Digest digest, InputStream content) {
            throw new AssertionError("Nobody should ask");
        }
    }
}
