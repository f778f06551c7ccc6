// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whatever process of a farm dies or freezes, every build ends once, as if nothing had happened.
class FleetFaultsIT {
    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    /// Outlives all stories.
    private static Lent steady;

    private static Farm ann;

    private Repository repository;
    private Gate gate;

    @BeforeAll
    static void join() {
        steady = FLEET.worker("steady");
        ann = FLEET.user("ann");
        steady.awaitReady();
    }

    @BeforeEach
    void begin() throws IOException {
        repository = ann.repository("faults");
        gate = Gate.in(ann.directory("gate"));
    }

    private void project(String run) throws IOException {
        repository.write("steading.yaml", """
            project: faults
            tasks:
              make:
                run: |
                  %s
                outputs: [made]
            """.formatted(run.replace("\n", "\n      ")));
        repository.write("file", repository.directory().toString()).commit("Begin");
    }

    /// Begins a build on this worker, and only then lets others have work.
    private String begunOn(Lent worker) {
        FLEET.command(FLEET.admin(), "workers", "drain", "steady");
        var build = ann.detached(repository);
        ann.awaitPrinted(build, "ready");
        assertThat(worker(build)).isEqualTo(worker.name());
        FLEET.command(FLEET.admin(), "workers", "resume", "steady");
        return build;
    }

    private static String worker(String build) {
        return ann.show(build).at("/tasks/0/worker").asText();
    }

    private static String state(String build) {
        return ann.show(build).at("/tasks/0/state").asText();
    }

    private static Instant started(String build) {
        return Instant.parse(ann.show(build).at("/tasks/0/started").asText());
    }

    private void awaitDelivered(String build) {
        var ended = ann.run(repository, "attach", build);
        assertThat(ended.exitCode()).as(ended.all()).isZero();
        assertThat(ended.out()).containsOnlyOnce("succeeded");
        assertThat(ann.show(build).get("state").asText()).isEqualTo("succeeded");
        assertThat(repository.path("build/steading/main/made"))
                .hasContent(repository.directory().toString());
    }

    private static void awaitProcesses(String mark, int count) {
        await("%d processes with `%s`".formatted(count, mark))
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes(mark).size() == count);
    }

    /// Returns shell commands that sleep silently the first time, until they are killed, but no second time.
    private String sleepOnce(String time) {
        return "echo ready; [ -e '%s' ] || sleep %s; cp file made".formatted(gate.file(), time);
    }

    @Test
    void whatAWorkerRanThatWasKilledRunsElsewhere() throws IOException {
        var victim = FLEET.worker("killed");
        victim.awaitReady();
        project(sleepOnce("40001"));
        var build = begunOn(victim);
        awaitProcesses("sleep\0" + "40001", 1);
        gate.open();
        FLEET.command(FLEET.admin(), "workers", "drain", "steady");

        victim.kill();

        awaitProcesses("40001", 0);
        await("loss of the worker")
                .atMost(Program.PATIENCE)
                .until(() -> state(build).equals("queued"));
        assertThat(ann.show(build).at("/tasks/0/note").asText()).startsWith("Attempt 1 failed: ");
        FLEET.command(FLEET.admin(), "workers", "resume", "steady");
        awaitDelivered(build);
        assertThat(worker(build)).isEqualTo("steady");
        victim.startAgain();
        FLEET.awaitUp(victim);
        assertThat(victim.daemon().stop()).isTrue();
    }

    @Test
    void whatAFrozenWorkerRunsRunsElsewhereAndItsOwnAttemptIsKilledWhenItWakes() throws IOException {
        var victim = FLEET.worker("frozen");
        victim.awaitReady();
        project(sleepOnce("40002"));
        var build = begunOn(victim);
        awaitProcesses("sleep\0" + "40002", 1);
        gate.open();

        victim.freeze();

        awaitDelivered(build);
        assertThat(worker(build)).isEqualTo("steady");
        assertThat(Farm.processes("sleep\0" + "40002")).hasSize(1);
        victim.thaw();
        awaitProcesses("40002", 0);
        assertThat(ann.show(build).get("state").asText()).isEqualTo("succeeded");
        assertThat(worker(build)).isEqualTo("steady");
        assertThat(victim.daemon().stop()).isTrue();
    }

    @Test
    void workersGoOnWhileTheServerIsDead() throws IOException {
        project("echo ready; i=0; while [ ! -e '%s' ]; do echo tick $i; i=$((i+1)); sleep 0.05; done; cp file made"
                .formatted(gate.file()));
        var builds = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            repository.write("other", "" + i).commit("Next");
            builds.add(ann.detached(
                    repository, "HEAD", "--out", repository.path("out/" + i).toString()));
        }
        ann.awaitPrinted(builds.get(0), "tick 3");
        ann.awaitPrinted(builds.get(1), "tick 3");
        var running = Farm.processes(gate.file().toString());
        assertThat(running).hasSize(2);

        var killed = Instant.now();

        FLEET.server().kill();
        assertThat(Farm.processes(gate.file().toString())).isEqualTo(running);
        FLEET.startServer();
        FLEET.awaitUp(steady);
        assertThat(FLEET.workers().at("/steady/busy").asInt()).isEqualTo(2);
        assertThat(Farm.processes(gate.file().toString())).isEqualTo(running);
        gate.open();

        for (int i = 0; i < 5; i++) {
            var ended = ann.run(repository, "attach", builds.get(i));
            assertThat(ended.exitCode()).as(ended.all()).isZero();
            assertThat(repository.path("out/%d/made".formatted(i)))
                    .hasContent(repository.directory().toString());
        }
        for (var build : builds.subList(0, 2)) {
            var log = ann.run(repository, "log", build).out();
            var ticks = log.lines().count() - 1;
            assertThat(log)
                    .isEqualTo("ready\n"
                            + IntStream.range(0, (int) ticks)
                                    .mapToObj(i -> "tick " + i + "\n")
                                    .collect(Collectors.joining()));
        }
        assertThat(ann.json(repository, "builds", "--json"))
                .hasSize(5)
                .allMatch(build -> build.get("state").asText().equals("succeeded"))
                .allMatch(build -> build.at("/tasks/0/note").asText().isEmpty());
        // The records know of one attempt each, which began before the server died, and nothing is held against
        // the worker.
        assertThat(List.of(started(builds.get(0)), started(builds.get(1)))).allMatch(killed::isAfter);
        // That is: out of five attempts and the two that everybody is credited with, one of each kind.
        assertThat(FLEET.workers().at("/steady/failure-score").asDouble(-1)).isEqualTo(1.0 / 7, offset(0.01));
    }

    @Test
    void buildInTheForegroundSurvivesTheServer() throws IOException {
        project("%s; cp file made".formatted(gate.script()));
        var building = ann.start(repository.directory(), "build");
        awaitProcesses(gate.file().toString(), 1);

        FLEET.server().kill();
        FLEET.startServer();
        gate.open();

        var ended = building.await();
        assertThat(ended.exitCode()).as(ended.all()).isZero();
        assertThat(ended.out()).containsOnlyOnce("succeeded");
        assertThat(repository.path("build/steading/main/made"))
                .hasContent(repository.directory().toString());
        assertThat(ann.json(repository, "builds", "--json")).hasSize(1);
    }

    @Test
    void whoeverFollowsABuildWaitsForAServerThatIsAwayForLong() throws Exception {
        project("%s; cp file made".formatted(gate.script()));
        var building = ann.start(repository.directory(), "build");
        awaitProcesses(gate.file().toString(), 1);
        var build = ann.json(repository, "builds", "--json").at("/0/build").asText();

        FLEET.server().kill();
        ann.kill();
        var attached = ann.start(repository.directory(), "attach", build);
        // As a launcher has it that lost the process after the farm may have taken the request.
        var again = ann.start(repository.directory(), "build", "--key=again", "--again");
        // Longer than any single call is tried again.
        Thread.sleep(6_000);
        assertThat(building.running()).isTrue();
        assertThat(attached.running()).isTrue();
        assertThat(again.running()).isTrue();
        FLEET.startServer();
        gate.open();

        for (var waiter : List.of(building, attached, again)) {
            var ended = waiter.await();
            assertThat(ended.exitCode()).as(ended.all()).isZero();
            assertThat(ended.out()).containsOnlyOnce("succeeded");
            assertThat(ended.err()).contains("The farm does not answer, and is waited for");
        }
        assertThat(repository.path("build/steading/main/made"))
                .hasContent(repository.directory().toString());
    }

    @Test
    void whatIsBuiltIsDeliveredAlthoughTheUsersProcessWasKilled() throws IOException {
        project("%s; cp file made".formatted(gate.script()));
        var build = ann.detached(repository);
        ann.awaitPrinted(build, "ready");

        ann.kill();
        gate.open();

        awaitDelivered(build);
    }

    @Test
    void workerWithAFullDiskIsSetAsideAndAnotherDoesItsWork() throws IOException {
        try (var _ = Disk.mounted(FLEET.top().resolve("worker-tiny"), "40m")) {
            var tiny = FLEET.worker("tiny");
            try {
                tiny.awaitReady();
                project("%s; head -c 60000000 /dev/zero > big; cp file made".formatted(gate.script()));
                var build = begunOn(tiny);
                // A worker is set aside only while another one can do its work.
                gate.open();

                awaitDelivered(build);

                assertThat(worker(build)).isEqualTo("steady");
                assertThat(FLEET.workers().at("/tiny/quarantine").asText()).contains("full");
                assertThat(tiny.daemon().stop()).isTrue();
            } finally {
                tiny.kill();
            }
        }
    }

    @Test
    void workerEndedByItsOwnerFinishesFirstWhatItRuns() throws IOException {
        var leaving = FLEET.worker("leaving", List.of(), Map.of());
        leaving.awaitReady();
        project("echo ready; sleep 0.5; cp file made");
        var build = begunOn(leaving);

        assertThat(leaving.daemon().stop()).isTrue();

        awaitDelivered(build);
        assertThat(ann.show(build).at("/tasks/0/note").asText()).isEmpty();
        assertThat(Path.of("/proc/" + leaving.daemon().pid())).doesNotExist();
        assertThat(worker(build)).isEqualTo("leaving");
    }
}
