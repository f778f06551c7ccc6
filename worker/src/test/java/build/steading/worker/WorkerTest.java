// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.RequestFacts;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerTest {
    @TempDir
    Path directory;

    private final QueueSource source = new QueueSource();

    private WorkerConfig config(Duration drain) {
        var usual = Farm.limits();
        return new WorkerConfig(
                new WorkerId("w"),
                2,
                directory.resolve("worker"),
                new WorkerConfig.Limits(
                        usual.longestRun(),
                        Duration.ZERO,
                        drain,
                        usual.heartbeat(),
                        usual.cpus(),
                        usual.tasks(),
                        usual.logBytes(),
                        usual.fileBytes(),
                        usual.layerFiles()));
    }

    private LeaseId offer(long id, Digest action) {
        source.offer(new Lease(new LeaseId(id), action, List.of(), RequestFacts.NONE, Instant.now()));
        return new LeaseId(id);
    }

    @Test
    void slotSurvivesABugAndGoesOn() throws Exception {
        var sandbox = TestSandboxes.plain(TestSandboxes.directory(directory));
        try (var store = Farm.openStore(directory);
                var _ = new Worker(source, new Buggy(store), sandbox, config(Duration.ZERO), InstantSource.system())
                        .start()) {
            var action = new TestAction(store).shell("echo x > f").outputs("f").store();

            assertThat(source.outcome(offer(1, action)))
                    .isInstanceOfSatisfying(
                            Outcome.NotRun.class,
                            outcome -> assertThat(outcome.failure()).isInstanceOf(Failure.Unavailable.class));
            assertThat(source.outcome(offer(2, action))).isInstanceOf(Outcome.Completed.class);
        }
    }

    @Test
    void slotSurvivesAnErrorWhileItAsksForWork() throws Exception {
        var sandbox = TestSandboxes.plain(TestSandboxes.directory(directory));
        var config = config(Duration.ZERO);
        for (var slot = 0; slot < config.slots(); slot++) {
            source.fail(new OutOfMemoryError("A lack of memory, for this test"));
        }
        try (var store = Farm.openStore(directory);
                var _ = new Worker(source, store, sandbox, config, InstantSource.system()).start()) {
            var action = new TestAction(store).shell("true").store();

            assertThat(source.outcome(offer(1, action))).isInstanceOf(Outcome.Completed.class);
        }
    }

    @Test
    void closingWorkerEndsActionsPastTheDrainLimit() throws Exception {
        var sandbox = TestSandboxes.plain(TestSandboxes.directory(directory));
        try (var store = Farm.openStore(directory)) {
            var worker = new Worker(source, store, sandbox, config(Duration.ZERO), InstantSource.system()).start();
            var lease =
                    offer(1, new TestAction(store).shell("echo begun; sleep 60").store());
            source.awaitPrinted(lease, "begun");

            worker.close();

            assertThat(source.outcome(lease)).isInstanceOfSatisfying(Outcome.NotRun.class, outcome -> {
                assertThat(outcome.failure().message()).contains("the worker stops");
                assertThat(outcome.fault()).isEqualTo(Fault.WORKER_SHUTDOWN);
            });
        }
    }

    @Test
    void nothingIsLeftOfACommandThatKillsItsRunner() throws Exception {
        var sandbox = TestSandboxes.plain(TestSandboxes.directory(directory));
        try (var store = Farm.openStore(directory);
                var _ = new Worker(source, store, sandbox, config(Duration.ZERO), InstantSource.system()).start()) {
            var action = new TestAction(store)
                    .shell("(sleep 60; :) & kill -9 $PPID; sleep 60")
                    .store();

            assertThat(source.outcome(offer(1, action)))
                    .isEqualTo(new Outcome.NotRun(new Failure.Unavailable("The runner vanished"), Fault.WORKER_LOST));
            assertThat(ProcessHandle.allProcesses()
                            .filter(process -> cwd(process).startsWith(directory.resolve("worker"))))
                    .isEmpty();
        }
    }

    private static Path cwd(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
        } catch (IOException _) {
            return Path.of("/");
        }
    }

    @Test
    void workerSaysHowManySlotsItHas() throws Exception {
        var sandbox = TestSandboxes.plain(TestSandboxes.directory(directory));
        try (var store = Farm.openStore(directory);
                var _ = new Worker(source, store, sandbox, config(Duration.ZERO), InstantSource.system()).start()) {
            assertThat(source.announcedSlots()).isEqualTo(2);
        }
    }

    @Test
    void closingWorkerOffersNothingAnyMore() throws Exception {
        var sandbox = TestSandboxes.plain(TestSandboxes.directory(directory));
        try (var store = Farm.openStore(directory)) {
            var worker =
                    new Worker(source, store, sandbox, config(Duration.ofSeconds(20)), InstantSource.system()).start();
            var lease = offer(
                    1, new TestAction(store).shell("echo begun; sleep 0.3").store());
            source.awaitPrinted(lease, "begun");

            worker.close();

            assertThat(source.awaitOffer(offer -> offer.slots() == 0).slots()).isZero();
            assertThat(source.outcome(lease)).isInstanceOf(Outcome.Completed.class);
        }
    }

    @Test
    void outputsThatCannotBeStoredElsewhereAreTriedAgain() throws Exception {
        var sandbox = TestSandboxes.plain(TestSandboxes.directory(directory));
        try (var store = Farm.openStore(directory)) {
            var elsewhere = new Elsewhere(store);
            try (var _ =
                    new Worker(source, elsewhere, sandbox, config(Duration.ZERO), InstantSource.system()).start()) {
                var action = new TestAction(store)
                        .shell("echo x > f; echo y")
                        .outputs("f")
                        .store();

                elsewhere.failing(new Failure.Unavailable("Lost"), 2);
                assertThat(source.outcome(offer(1, action))).isInstanceOf(Outcome.Completed.class);
                assertThat(elsewhere.published())
                        .contains(Digest.of("x\n".getBytes(UTF_8)), Digest.of("y\n".getBytes(UTF_8)));

                elsewhere.failing(new Failure.Denied("No"), 1);
                assertThat(source.outcome(offer(2, action)))
                        .isEqualTo(new Outcome.NotRun(new Failure.Denied("No"), Fault.UPLOAD));
            }
        }
    }

    @Test
    void whatAKilledWorkerLeftIsCleared() throws Exception {
        var worker = TestSandboxes.directory(directory);
        var attempt =
                Files.createDirectories(worker.resolve("attempts").resolve("1").resolve("root"));
        Files.writeString(attempt.resolve("file"), "x");
        var orphan =
                new ProcessBuilder("sleep", "60").directory(attempt.toFile()).start();
        try (var store = Farm.openStore(directory)) {
            new Worker(source, store, TestSandboxes.plain(worker), config(Duration.ZERO), InstantSource.system())
                    .close();

            assertThat(orphan.waitFor()).isEqualTo(137);
            try (var left = Files.list(worker)) {
                assertThat(left.map(Path::getFileName).map(Path::toString))
                        .containsExactlyInAnyOrder("attempts", "kept", "bin");
            }
            assertThat(worker.resolve("attempts")).isEmptyDirectory();
        } finally {
            orphan.destroyForcibly();
        }
    }

    @Test
    void propertiesTellWhatTheMachineIs() {
        var properties = WorkerProperties.detect(TestSandboxes.plain(directory), directory);

        assertThat(properties.values()).containsEntry("os", "linux").containsEntry("sandbox", "plain");
        assertThat(properties.values().get("cores"))
                .isEqualTo((long) Runtime.getRuntime().availableProcessors());
        assertThat((Long) properties.values().get("memory")).isGreaterThan(1 << 20);
        assertThat(properties.values().get("tools"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsKey("tar");
    }

    /// A store in front of another, which fails to answer sometimes.
    private static final class Elsewhere extends ForwardingBlobs {
        private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
        private final Set<Digest> published = ConcurrentHashMap.newKeySet();

        Elsewhere(LocalBlobs next) {
            super(next);
        }

        void failing(Failure failure, int times) {
            failures.addAll(Collections.nCopies(times, failure));
        }

        Set<Digest> published() {
            return published;
        }

        @Override
        public void publish(Set<Digest> digests) {
            var failure = failures.poll();
            if (failure != null) {
                throw new SteadingException(failure);
            }
            published.addAll(digests);
        }
    }

    /// A store with a bug that shows once.
    private static final class Buggy extends ForwardingBlobs {
        private final AtomicBoolean shown = new AtomicBoolean();

        Buggy(LocalBlobs next) {
            super(next);
        }

        @Override
        public Digest adopt(Path file, HashFunction function) {
            if (shown.compareAndSet(false, true)) {
                throw new IllegalStateException("A bug, for this test");
            }
            return super.adopt(file, function);
        }
    }
}
