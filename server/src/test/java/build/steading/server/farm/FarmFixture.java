// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Platform;
import build.steading.action.MemoryActionCache;
import build.steading.blob.BlobStore;
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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A farm with one worker that has two slots, for tests.
abstract class FarmFixture {
    static final WorkerId WORKER = new WorkerId("worker");
    static final WorkerId OTHER = new WorkerId("other");
    static final Duration AT_ONCE = Duration.ofMillis(1);
    static final Duration SOON = Duration.ofSeconds(10);
    static final long FIRST_ID = 1000;
    static final ActionResult SUCCESS = ActionResult.newBuilder()
            .setStdoutRaw(ByteString.copyFromUtf8("ok"))
            .build();

    final BlobStore blobs;
    final MemoryActionCache cache = new MemoryActionCache(1000);
    final Pins pins = new Pins();
    final InstantSource clock;

    @TempDir
    Path logs;

    Farm farm;

    FarmFixture(InstantSource clock) {
        this(clock, new MemoryBlobStore());
    }

    FarmFixture(InstantSource clock, BlobStore blobs) {
        this.clock = clock;
        this.blobs = blobs;
    }

    @BeforeEach
    void open() {
        var stores = new Farm.Stores(blobs, cache, pins, logs);
        farm = new Farm(stores, new Scheduler(Limits.STANDARD, FIRST_ID), Farm.RECONNECTION, clock);
        announce(WORKER, 2);
    }

    @AfterEach
    void close() {
        farm.close();
    }

    final void announce(WorkerId worker, int slots) {
        farm.announce(worker, offer(slots));
    }

    static Offer offer(int slots) {
        return Offer.of(new Properties(Map.of("os", "linux")), slots);
    }

    final Digest action(String salt) {
        return action(salt, false, "");
    }

    final Digest action(String salt, boolean doNotCache, String requires) {
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

    static ExecutionRequest request(Digest action) {
        return new ExecutionRequest(action, false, RequestFacts.of("tenant", ""), List.of());
    }

    final Execution execute(Digest action) {
        return execute(action, ExecutionObserver.NONE);
    }

    final Execution execute(Digest action, ExecutionObserver observer) {
        return farm.execute(request(action), observer);
    }

    final Lease take() throws InterruptedException {
        return take(WORKER);
    }

    final Lease take(WorkerId worker) throws InterruptedException {
        return farm.take(worker, AT_ONCE).orElseThrow();
    }

    static Outcome.Completed completed(ActionResult result) {
        return new Outcome.Completed(result, false, List.of());
    }

    static byte[] printed(String text) {
        return LogFormat.encode(new LogRecord(Source.STDOUT, Instant.EPOCH, ByteString.copyFromUtf8(text)));
    }

    static final class Recorder implements ExecutionObserver {
        final List<String> events = new CopyOnWriteArrayList<>();

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
