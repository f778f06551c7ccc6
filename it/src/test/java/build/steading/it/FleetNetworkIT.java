// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A server and a worker with a cable between them that can be pulled.
class FleetNetworkIT {
    private static final Cable CABLE = new Cable();
    private static final Fleet FLEET = new Fleet(Cable.NEAR_ADDRESS, CABLE.near());

    /// At the other end of the cable.
    private static Lent far;

    /// Beside the server.
    private static Lent near;

    private static Farm ann;

    private Repository repository;
    private Gate gate;

    @BeforeAll
    static void begin() throws IOException {
        CABLE.lay();
        FLEET.begin("FleetNetworkIT");
        far = FLEET.worker("far", CABLE.far(), Map.of("STEADING_SANDBOX", "plain"));
        near = FLEET.worker("near", CABLE.near(), Map.of("STEADING_SANDBOX", "plain"));
        ann = FLEET.user("ann");
        far.awaitReady();
        near.awaitReady();
        FLEET.awaitUp(far, near);
    }

    @AfterAll
    static void end() throws IOException {
        if (!CABLE.isLaid()) {
            return;
        }
        try {
            CABLE.plug();
            FLEET.end();
        } finally {
            CABLE.remove();
        }
    }

    @BeforeEach
    void beginStory() throws IOException {
        CABLE.plug();
        FLEET.awaitUp(far, near);
        repository = ann.repository("network");
        gate = Gate.in(ann.directory("gate"));
    }

    /// Begins a build on the far worker, and only then lets the other have work.
    private String begunFar(String run) throws IOException {
        repository.write("steading.yaml", """
            project: network
            tasks:
              make:
                run: |
                  %s
                outputs: [made]
            """.formatted(run));
        repository.write("file", repository.directory().toString()).commit("Begin");
        FLEET.command(FLEET.admin(), "workers", "drain", "near");
        var build = ann.detached(repository);
        ann.awaitPrinted(build, "ready");
        assertThat(worker(build)).isEqualTo("far");
        FLEET.command(FLEET.admin(), "workers", "resume", "near");
        return build;
    }

    private static String worker(String build) {
        return ann.show(build).at("/tasks/0/worker").asText();
    }

    private void awaitDelivered(String build) {
        var ended = ann.run(repository, "attach", build);
        assertThat(ended.exitCode()).as(ended.all()).isZero();
        assertThat(ann.show(build).get("state").asText()).isEqualTo("succeeded");
        assertThat(repository.path("build/steading/main/made"))
                .hasContent(repository.directory().toString());
    }

    private static String numbered(String word, int count) {
        return IntStream.range(0, count).mapToObj(i -> word + " " + i + "\n").collect(Collectors.joining());
    }

    @Test
    void workGoesOnThroughAShortBreak() throws Exception {
        var build = begunFar(
                "echo ready; i=0; while [ ! -e '%s' ]; do echo tick $i; i=$((i+1)); sleep 0.05; done; cp file made"
                        .formatted(gate.file()));
        var running = Farm.processes(gate.file().toString());
        assertThat(running).hasSize(1);

        CABLE.pull();
        Thread.sleep(3_000);
        CABLE.plug();
        FLEET.awaitUp(far);
        assertThat(Farm.processes(gate.file().toString())).isEqualTo(running);
        gate.open();

        awaitDelivered(build);
        assertThat(worker(build)).isEqualTo("far");
        var log = ann.run(repository, "log", build).out();
        assertThat(log).isEqualTo("ready\n" + numbered("tick", (int) log.lines().count() - 1));
    }

    @Test
    void workMovesAfterALongBreakAndTheFirstWorkerEndsItsOwn() throws IOException {
        var build = begunFar("echo ready; [ -e '%s' ] || sleep 40003; cp file made".formatted(gate.file()));
        await().atMost(Program.PATIENCE)
                .until(() -> Farm.processes("sleep\0" + "40003").size() == 1);
        gate.open();

        CABLE.pull();

        awaitDelivered(build);
        assertThat(worker(build)).isEqualTo("near");
        await("end of the first attempt")
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes("40003").isEmpty());
        CABLE.plug();
        FLEET.awaitUp(far);
        assertThat(worker(build)).isEqualTo("near");
    }

    @Test
    void logIsWholeAlthoughTheCableHasALooseContact() throws Exception {
        var count = 40_000;
        var build = begunFar(
                "echo ready; i=0; while [ $i -lt %d ]; do echo line $i; i=$((i+1)); [ $((i %% 500)) = 0 ] && sleep 0.1; done; cp file made"
                        .formatted(count));

        for (int i = 0; i < 4; i++) {
            CABLE.pull();
            Thread.sleep(600);
            CABLE.plug();
            Thread.sleep(900);
        }

        awaitDelivered(build);
        assertThat(worker(build)).isEqualTo("far");
        assertThat(ann.run(repository, "log", build).out()).isEqualTo("ready\n" + numbered("line", count));
    }
}
