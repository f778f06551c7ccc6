// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.steading.blob.Blobs;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.log.LogRecord;
import build.steading.platform.RequestFacts;
import build.steading.schedule.WorkerId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What clients of the Remote Execution API are owed while servers and workers die: the checks of the suite that
/// need somebody to kill them.
class ConformanceFaultsIT {
    /// A server takes some seconds to come back.
    private static final RetryPolicy PATIENT =
            new RetryPolicy(60, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(60));

    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    private static Lent worker;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private RemoteCluster cluster;
    private Path place;

    @BeforeAll
    static void start() {
        worker = FLEET.worker("one");
        worker.awaitReady();
        FLEET.awaitUp(worker);
    }

    @BeforeEach
    void connect() throws IOException {
        var socket = URI.create("unix:" + FLEET.top().resolve("server/run/reapi.sock"));
        cluster = RemoteCluster.connect(socket, "", PATIENT);
        place = Files.createTempDirectory(FLEET.top(), "place");
    }

    @AfterEach
    void disconnect() {
        cluster.close();
    }

    @Test
    @DisplayName("101, 102: a farm without workers takes blobs, and actions wait for the first one")
    void farmWithoutWorkersTakesWhatComes() throws Exception {
        worker.kill();
        await().atMost(Program.PATIENCE)
                .until(() -> !FLEET.workers().path("one").path("connected").asBoolean());
        var blob = Blobs.put(cluster.blobs(), new byte[1_000]);
        var execution = execute(action("echo done > " + place.resolve("done"), 60));

        assertThat(next()).isEqualTo("queued");
        assertThat(cluster.blobs().findMissing(new HashSet<>(List.of(blob)))).isEmpty();
        assertThat(place.resolve("done")).doesNotExist();

        worker.startAgain();

        assertThat(execution.await()).isInstanceOf(Outcome.Completed.class);
        assertThat(place.resolve("done")).exists();
    }

    @Test
    @DisplayName("103, 104: what runs when the server is killed runs once, and its client gets the result")
    void executionSurvivesTheServer() throws Exception {
        var gate = Gate.in(place);
        var runs = place.resolve("runs");
        var execution = execute(action("echo run >> %s; %s; echo done".formatted(runs, gate.script()), 300));
        await().atMost(Program.PATIENCE).until(() -> Files.exists(runs));

        FLEET.server().kill();
        FLEET.startServer();
        gate.open();

        assertThat(execution.await()).isInstanceOf(Outcome.Completed.class);
        assertThat(runs).hasContent("run");
        FLEET.awaitUp(worker);
    }

    @Test
    @DisplayName("105: what runs when its worker is killed is queued again, and runs elsewhere or later")
    void executionSurvivesItsWorker() throws Exception {
        var gate = Gate.in(place);
        var execution = execute(action(gate.script(), 300));
        awaitEvent("running");
        events.clear();

        worker.kill();
        awaitEvent("queued");
        worker.startAgain();
        awaitEvent("running");
        gate.open();

        assertThat(execution.await()).isInstanceOf(Outcome.Completed.class);
    }

    @Test
    @DisplayName("106: blobs that the server took are there after it was killed")
    void blobsSurviveTheServer() throws Exception {
        var random = new Random(1);
        var stored = new HashMap<Digest, byte[]>();
        for (var size : new int[] {1, 100, 4_000, 70_000, 3_000_000}) {
            for (var i = 0; i < 20; i++) {
                var bytes = new byte[size + i];
                random.nextBytes(bytes);
                var digest = Digest.of(bytes);
                cluster.blobs().put(digest, new ByteArrayInputStream(bytes));
                stored.put(digest, bytes);
            }
        }

        FLEET.server().kill();
        FLEET.startServer();

        assertThat(cluster.blobs().findMissing(stored.keySet())).isEmpty();
        for (var each : stored.entrySet()) {
            assertThat(Blobs.read(cluster.blobs(), each.getKey())).isEqualTo(each.getValue());
        }
        FLEET.awaitUp(worker);
    }

    @Test
    @DisplayName("130: however actions end, no slot is lost")
    void noSlotIsLost() throws Exception {
        var scripts =
                List.of("true", "exit 3", "kill -9 $$", "sleep 60", "mkfifo out", "setsid sleep 60 &", "exec /none");
        var executions = new ArrayList<Execution>();
        for (var i = 0; i < 10; i++) {
            for (var script : scripts) {
                executions.add(execute(action(script + "\n# " + place + i, 1)));
            }
            execute(action("sleep 60\n# abandoned " + place + i, 60)).withdraw("the test");
        }
        for (var execution : executions) {
            assertThat(execution.await()).isNotNull();
        }

        await().atMost(Program.PATIENCE)
                .until(() -> FLEET.workers().at("/one/busy").asInt() == 0);
        assertThat(FLEET.workers().at("/one/slots").asInt()).isEqualTo(2);
        assertThat(execute(action("true\n# last " + place, 60)).await()).isInstanceOf(Outcome.Completed.class);
    }

    private Digest action(String script, int timeoutSeconds) {
        var command = Command.newBuilder()
                .addAllArguments(List.of("/bin/sh", "-c", script))
                .addOutputPaths("out")
                .build();
        var action = Action.newBuilder()
                .setCommandDigest(Digests.toProto(Blobs.put(cluster.blobs(), command)))
                .setInputRootDigest(Digests.toProto(Digest.EMPTY))
                .setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(timeoutSeconds));
        return Blobs.put(cluster.blobs(), action.build());
    }

    private Execution execute(Digest action) {
        var request = new ExecutionRequest(action, false, RequestFacts.of("it", ""), List.of());
        return cluster.executor().execute(request, new Recorder(events));
    }

    private String next() throws InterruptedException {
        return events.poll(Program.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void awaitEvent(String wanted) {
        await(wanted).atMost(Program.PATIENCE).until(() -> wanted.equals(events.poll()));
    }

    private record Recorder(BlockingQueue<String> events) implements ExecutionObserver {
        @Override
        public void queued(String reason) {
            events.add("queued");
        }

        @Override
        public void running(WorkerId runner, boolean joined) {
            events.add("running");
        }

        @Override
        public void output(LogRecord entry) {
            // Of no interest here.
        }
    }
}
