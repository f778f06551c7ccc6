// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Directory;
import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RemoteWorkSource;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Outcome;
import build.steading.lifecycle.Resources;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import build.steading.worker.Worker;
import build.steading.worker.WorkerConfig;
import build.steading.worker.sandbox.Sandbox;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real worker at a farm whose server comes and goes.
class WorkerRestartTest {
    private static final WorkerId WORKER = new WorkerId("w");
    private static final LeaseId FIRST = new LeaseId(1);
    private static final LeaseId SECOND = new LeaseId(2);

    @TempDir
    private Path directory;

    private final Resources servers = new Resources();
    private final Resources resources = new Resources();
    private final ScriptedFarm farm = new ScriptedFarm();
    private FileBlobStore store;
    private WorkerServer server;
    private RemoteWorkSource source;
    private Worker worker;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":")).anyMatch(part -> Files.isExecutable(Path.of(part, "cc"))),
                "There is no `cc` for the runner");
        server = servers.add(new WorkerServer(0, farm));
        store = resources.add(new FileBlobStore(
                new FileBlobStore.Config(directory.resolve("store"), 1L << 36, Duration.ofHours(1), Durability.NONE),
                _ -> false,
                InstantSource.system()));
        var address = URI.create("grpc://127.0.0.1:" + server.port());
        source = resources
                .add(RemoteCluster.connect(address, "", RetryPolicy.STANDARD))
                .work();
        var config = new WorkerConfig(WORKER, 1, directory.resolve("worker"), WorkerConfig.Limits.besideTheServer());
        worker = resources.add(
                new Worker(source, store, new Sandbox.Plain("for this test"), config, InstantSource.system()));
        source.onNews(worker::checkLeases);
        worker.start();
    }

    @AfterEach
    void stop() {
        // While the last server is there, so that the worker can say what it has to.
        resources.close();
        servers.close();
    }

    private Digest shell(String script) {
        var command =
                Command.newBuilder().addArguments("/bin/sh").addArguments("-c").addArguments(script);
        return Blobs.put(
                store,
                Action.newBuilder()
                        .setCommandDigest(Digests.toProto(Blobs.put(store, command.build())))
                        .setInputRootDigest(Digests.toProto(Blobs.put(store, Directory.getDefaultInstance())))
                        .build());
    }

    private Path gate() {
        return directory.resolve("gate");
    }

    private String untilTheGateOpens() {
        return "while [ ! -e '%s' ]; do sleep 0.02; done".formatted(gate());
    }

    private static void awaitFile(Path file) throws InterruptedException {
        while (Files.notExists(file)) {
            Thread.sleep(5);
        }
    }

    private ScriptedFarm restart() throws Exception {
        server.close();
        var next = new ScriptedFarm();
        server = servers.add(new WorkerServer(server.port(), next));
        return next;
    }

    @Test
    void commandThatRunsGoesOnAndIsReportedOnceWithAllThatItPrinted() throws Exception {
        farm.offer(1, shell("echo one; " + untilTheGateOpens() + "; echo two"));
        farm.await(() -> farm.text(FIRST).equals("one\n"));

        var next = restart();
        // Although the command prints nothing meanwhile.
        next.await(() -> next.text(FIRST).equals("one\n"));
        Files.createFile(gate());
        next.await(() -> !next.outcomes(FIRST).isEmpty());

        assertThat(next.text(FIRST)).isEqualTo("one\ntwo\n");
        assertThat(next.outcomes(FIRST)).singleElement().isInstanceOf(Outcome.Completed.class);
        assertThat(next.offers().getFirst().held()).containsOnlyKeys(FIRST);
        assertThat(farm.outcomes(FIRST)).isEmpty();
    }

    @Test
    void commandThatEndsWhileTheServerIsAwayIsReportedAfterwards() throws Exception {
        farm.offer(1, shell("echo one; " + untilTheGateOpens() + "; echo two; touch '" + gate() + ".end'"));
        farm.await(() -> farm.text(FIRST).equals("one\n"));
        server.close();
        Files.createFile(gate());
        awaitFile(Path.of(gate() + ".end"));

        var next = restart();
        next.await(() -> !next.outcomes(FIRST).isEmpty());

        assertThat(next.text(FIRST)).isEqualTo("one\ntwo\n");
        assertThat(next.outcomes(FIRST)).singleElement().isInstanceOf(Outcome.Completed.class);
        next.offer(2, shell("true"));
        next.await(() -> !next.outcomes(SECOND).isEmpty());
    }

    @Test
    void commandOfALeaseThatIsGoneIsKilledAndItsSlotGoesOn() throws Exception {
        farm.offer(1, shell("echo one; sleep 300"));
        farm.await(() -> farm.text(FIRST).equals("one\n"));
        farm.revoke(FIRST);
        server.service().tellGone(WORKER, Set.of(FIRST));

        farm.offer(2, shell("echo two"));
        farm.await(() -> !farm.outcomes(SECOND).isEmpty());
        assertThat(farm.outcomes(SECOND)).singleElement().isInstanceOf(Outcome.Completed.class);
        assertThat(farm.outcomes(FIRST)).isEmpty();
    }

    @Test
    void workerThatStopsSaysSoAndLeavesNothingBehind() throws Exception {
        farm.offer(1, shell("echo one; sleep 300"));
        farm.await(() -> farm.text(FIRST).equals("one\n"));
        worker.close();
        source.close();

        assertThat(farm.offers().getLast().slots()).isZero();
        assertThat(farm.outcomes(FIRST)).singleElement().isInstanceOf(Outcome.NotRun.class);
        assertThat(farm.attendance()).endsWith("-w1");
    }
}
