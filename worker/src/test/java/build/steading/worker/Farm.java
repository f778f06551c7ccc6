// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import build.steading.platform.RequestFacts;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import build.steading.worker.sandbox.Sandbox;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// A worker with a store and a queue.
final class Farm implements AutoCloseable {
    final QueueSource source = new QueueSource();
    final FileBlobStore store;
    final Worker worker;
    private final AtomicLong leases = new AtomicLong();

    Farm(Path directory, Sandbox sandbox, WorkerConfig.Limits limits) {
        store = openStore(directory);
        var config = new WorkerConfig(new WorkerId("w"), 2, directory.resolve("worker"), limits);
        worker = new Worker(source, store, sandbox, config, InstantSource.system()).start();
    }

    static FileBlobStore openStore(Path directory) {
        return new FileBlobStore(
                new FileBlobStore.Config(directory.resolve("store"), 1L << 36, Duration.ofHours(1), Durability.NONE),
                _ -> false,
                InstantSource.system());
    }

    static WorkerConfig.Limits limits() {
        var usual = WorkerConfig.Limits.ordinary();
        return new WorkerConfig.Limits(
                Duration.ofMinutes(5),
                Duration.ofMillis(300),
                Duration.ofSeconds(20),
                Duration.ofMillis(50),
                3,
                usual.tasks(),
                1 << 20,
                usual.fileBytes(),
                usual.layerFiles());
    }

    TestAction action() {
        return new TestAction(store);
    }

    LeaseId submit(Digest action, List<WarmDirectory> warm) {
        var id = new LeaseId(leases.incrementAndGet());
        source.offer(new Lease(id, action, warm, RequestFacts.NONE, Instant.now()));
        return id;
    }

    LeaseId submit(TestAction action) {
        return submit(action.store(), List.of());
    }

    Outcome run(TestAction action) throws InterruptedException {
        return source.outcome(submit(action));
    }

    ActionResult complete(TestAction action) throws InterruptedException {
        var outcome = run(action);
        if (outcome instanceof Outcome.Completed completed) {
            return completed.result();
        }
        throw new AssertionError("Not completed: " + outcome);
    }

    /// Runs a shell script that is to succeed, and returns what it printed.
    String shell(String script) throws InterruptedException {
        return stdout(complete(action().shell(script)));
    }

    String text(Digest blob) {
        return new String(Blobs.read(store, blob), StandardCharsets.UTF_8);
    }

    String stdout(ActionResult result) {
        return result.hasStdoutDigest() ? text(Digests.fromProto(result.getStdoutDigest())) : "";
    }

    String stderr(ActionResult result) {
        return result.hasStderrDigest() ? text(Digests.fromProto(result.getStderrDigest())) : "";
    }

    @Override
    public void close() {
        worker.close();
        store.close();
    }
}
