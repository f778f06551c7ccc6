// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.steading.action.ActionCache;
import build.steading.action.CompleteActionCache;
import build.steading.action.MemoryActionCache;
import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
import build.steading.lifecycle.Resources;
import build.steading.platform.Properties;
import build.steading.schedule.Limits;
import build.steading.schedule.Offer;
import build.steading.schedule.Scheduler;
import build.steading.schedule.WorkerId;
import build.steading.server.farm.Farm;
import com.google.rpc.Code;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A server as it is in production: on a socket, over a store on disk and a farm, whose one worker takes nothing.
///
/// What its clients do is made up at random. How often is for the system property `steading.seeds` to say, and
/// where to begin for `steading.seed`: whatever failed names its own.
abstract class HostileFixture {
    private static final int SEEDS = Integer.getInteger("steading.seeds", 60);
    private static final long FIRST_SEED = Long.getLong("steading.seed", 1);

    /// Few, so that a call which keeps its place is missed soon.
    private static final int MAX_CALLS = 20;

    @TempDir
    Path directory;

    final Resources resources = new Resources();
    FileBlobStore blobs;
    ActionCache results;
    ManagedChannel channel;

    private int asked;

    @BeforeEach
    void start() {
        var config =
                new FileBlobStore.Config(directory.resolve("store"), 1L << 36, Duration.ofHours(1), Durability.NONE);
        blobs = resources.add(new FileBlobStore(config, _ -> false, InstantSource.system()));
        results = new CompleteActionCache(new MemoryActionCache(1_000), blobs);
        var stores = new Farm.Stores(blobs, results, new Pins(), directory);
        var farm = resources.add(
                new Farm(stores, new Scheduler(Limits.STANDARD, 1), Farm.RECONNECTION, InstantSource.system()));
        farm.announce(new WorkerId("w"), Offer.of(new Properties(Map.of("os", "linux")), 1));
        var socket = directory.resolve("farm");
        resources.add(GrpcServer.start(config(socket), blobs, results, farm));
        channel = Grpc.newChannelBuilder("unix:" + socket, InsecureChannelCredentials.create())
                .build();
        resources.add(channel::shutdownNow);
    }

    @AfterEach
    void stop() {
        resources.close();
    }

    private static GrpcConfig config(Path socket) {
        var usual = GrpcConfig.onSocket(socket);
        var limits = usual.limits();
        return new GrpcConfig(
                usual.socket(),
                usual.loopbackPort(),
                usual.remote(),
                usual.instances(),
                usual.resultWriters(),
                new GrpcLimits(
                        limits.maxMessageBytes(),
                        limits.maxBatchBytes(),
                        limits.maxBlobBytes(),
                        MAX_CALLS,
                        limits.maxCalls(),
                        limits.maxWaitingBytes(),
                        limits.maxSilence(),
                        limits.operations()));
    }

    /// Plays a game by every seed, and asserts each time that the server is none the worse for it.
    void forEachSeed(Consumer<Random> game) {
        for (var seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try {
                game.accept(new Random(seed));
                assertServes();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("By seed %d: %s".formatted(seed, e.getMessage()), e);
            }
        }
    }

    /// Asserts that the server does what a good client asks for.
    void assertServes() {
        var content = GrpcTest.bytes(1_000, - ++asked);
        var upload = BatchUpdateBlobsRequest.newBuilder();
        upload.addRequestsBuilder()
                .setDigest(GrpcTest.proto(Digest.of(content)))
                .setData(GrpcTest.data(content));
        var answer = ContentAddressableStorageGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Duration.ofSeconds(20))
                .batchUpdateBlobs(upload.build());

        assertThat(answer.getResponses(0).getStatus().getCode()).isEqualTo(Code.OK_VALUE);
        assertThat(Blobs.read(blobs, Digest.of(content))).isEqualTo(content);
    }

    /// Returns how many files the store has begun to write.
    long halfWritten() throws IOException {
        try (var files = Files.walk(directory.resolve("store"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(".new-"))
                    .count();
        }
    }
}
