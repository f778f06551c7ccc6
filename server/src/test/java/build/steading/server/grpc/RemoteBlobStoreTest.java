// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.action.MemoryActionCache;
import build.steading.blob.BlobStore;
import build.steading.blob.BlobStoreContract;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The client's store over the server's services over memory.
class RemoteBlobStoreTest extends BlobStoreContract {
    private static final RetryPolicy PATIENT =
            new RetryPolicy(4, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30));
    private static final Metadata NOTHING = new Metadata();
    private static final byte[] BIG = GrpcTest.bytes(6_000_000, 1);

    private final Resources resources = new Resources();

    @AfterEach
    void close() {
        resources.close();
    }

    @Override
    protected BlobStore newStore() {
        return remote(new MemoryBlobStore(), ONCE, Quirks.failing(_ -> false, Status.OK, NOTHING));
    }

    /// The same for a server without messages for small blobs (K3).
    @Nested
    class ByStreamsOnly extends BlobStoreContract {
        @Override
        protected BlobStore newStore() {
            return remote(
                    new MemoryBlobStore(),
                    ONCE,
                    Quirks.failing(name -> name.startsWith("Batch"), Status.UNIMPLEMENTED, NOTHING));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FindMissingBlobs", "BatchUpdateBlobs", "BatchReadBlobs", "GetCapabilities"})
    @DisplayName("K17: what fails in passing is tried again")
    void passingFailuresAreOvercome(String method) {
        var blobs = remote(
                new MemoryBlobStore(),
                PATIENT,
                Quirks.failing(method, PATIENT.attempts() - 1, Status.UNAVAILABLE, NOTHING));

        var digest = Blobs.put(blobs, new byte[] {1});

        assertThat(blobs.findMissing(Set.of(digest))).isEmpty();
        assertThat(Blobs.read(blobs, digest)).containsExactly(1);
    }

    @Test
    void patienceEnds() {
        var blobs = remote(
                new MemoryBlobStore(),
                PATIENT,
                Quirks.failing("FindMissingBlobs", PATIENT.attempts(), Status.UNAVAILABLE, NOTHING));

        assertFails(Failure.Unavailable.class, () -> blobs.findMissing(Set.of(Digest.of(BIG))));
    }

    @Test
    @DisplayName("K17, 128: a server that asks for time gets it")
    void retryInfoIsHonoured() {
        var pause = Duration.ofMillis(50);
        var info = RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder().setNanos(pause.toNanosPart()))
                .build();
        var status = GrpcStatus.status(com.google.rpc.Code.RESOURCE_EXHAUSTED, "Busy", info);
        var detailed = StatusProto.toStatusRuntimeException(status);
        var blobs = remote(
                new MemoryBlobStore(),
                PATIENT,
                Quirks.failing("FindMissingBlobs", 1, detailed.getStatus(), detailed.getTrailers()));

        var begun = System.nanoTime();
        blobs.findMissing(Set.of(Digest.of(BIG)));

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(pause);
    }

    @Test
    @DisplayName("K14: a broken download goes on where it broke")
    void brokenDownloadGoesOn() {
        var memory = new MemoryBlobStore();
        var digest = Blobs.put(memory, BIG);
        var blobs = remote(memory, PATIENT, Quirks.cutting("Read", 5, 3, Status.UNAVAILABLE));

        assertThat(Blobs.read(blobs, digest)).isEqualTo(BIG);
    }

    @Test
    void brokenUploadBeginsAnew() {
        var memory = new MemoryBlobStore();
        var blobs = remote(memory, PATIENT, Quirks.failing("Write", 2, Status.UNAVAILABLE, NOTHING));

        assertThat(Blobs.read(memory, Blobs.put(blobs, BIG))).isEqualTo(BIG);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 6_000_000})
    @DisplayName("K12: bytes that are not those of the digest are noticed")
    void badBytesAreNoticed(int size) throws Exception {
        var good = GrpcTest.bytes(size, 1);
        var bad = GrpcTest.bytes(size, 2);
        var blobs = remote(
                new LyingBlobStore(ByteString.copyFrom(bad)), ONCE, Quirks.failing(_ -> false, Status.OK, NOTHING));

        try (var content = blobs.open(Digest.of(good))) {
            assertThatThrownBy(content::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("K19: many digests go in several messages")
    void manyDigestsAreAskedFor() {
        var digests = new HashSet<Digest>();
        for (var i = 0; i < 25_000; i++) {
            digests.add(Digest.of(new byte[] {(byte) i, (byte) (i >> 8), (byte) (i >> 16)}));
        }

        assertThat(newStore().findMissing(digests)).isEqualTo(digests);
    }

    static Stream<Failure> failures() {
        return Stream.of(
                new Failure.Invalid("Bad"),
                new Failure.NotFound("Gone"),
                new Failure.MissingBlobs(Set.of(Digest.of(BIG), Digest.EMPTY)),
                new Failure.Denied("No"),
                new Failure.Overloaded("Busy", Duration.ofMillis(1_500)),
                new Failure.Unavailable("Down"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failuresArriveAsTheyWereMeant(Failure failure) {
        var blobs = remote(new BrokenBlobStore(failure), ONCE, Quirks.failing(_ -> false, Status.OK, NOTHING));

        assertThatThrownBy(() -> blobs.findMissing(Set.of(Digest.of(BIG))))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isEqualTo(failure));
    }

    private BlobStore remote(BlobStore behind, RetryPolicy policy, ServerInterceptor quirk) {
        var server = resources.add(new InProcessServer(
                GrpcTest.config(InstanceNames.ANY, true),
                behind,
                new MemoryActionCache(1_000),
                new FakeExecutor(),
                quirk));
        return resources
                .add(RemoteCluster.over(server.channel(), "a/b", policy))
                .blobs();
    }

    private static void assertFails(Class<? extends Failure> kind, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(kind));
    }

    private record LyingBlobStore(ByteString bytes) implements BlobStore {
        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            return Set.of();
        }

        @Override
        public InputStream open(Digest digest) {
            return bytes.newInput();
        }

        @Override
        public void put(Digest digest, InputStream content) {}
    }

    private record BrokenBlobStore(Failure failure) implements BlobStore {
        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            throw new SteadingException(failure);
        }

        @Override
        public InputStream open(Digest digest) {
            throw new SteadingException(failure);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            throw new SteadingException(failure);
        }
    }
}
