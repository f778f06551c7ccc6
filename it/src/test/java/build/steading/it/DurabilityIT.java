// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was asked for is built, whatever becomes of the background process.
class DurabilityIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private Repository repository;
    private Gate gate;

    @BeforeEach
    void begin() throws IOException {
        repository = FARM.repository("durability");
        gate = Gate.in(FARM.directory("gate"));
    }

    private void waitingProject() throws IOException {
        repository.write("steading.yaml", """
            project: waiting
            tasks:
              wait: {run: "%s; cp file made", outputs: [made]}
            """.formatted(gate.script()));
        repository.write("file", repository.toString()).commit("Begin");
    }

    private void awaitNoCommand() {
        await("end of the command")
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes(gate.file().toString()).isEmpty());
    }

    @Test
    void killedProcessTakesItsCommandsAlongAndTheNextOneGoesOn() throws IOException {
        waitingProject();
        var build = FARM.detached(repository);
        FARM.awaitPrinted(build, "ready");

        FARM.kill();
        awaitNoCommand();
        gate.open();

        assertThat(FARM.ok(repository, "attach", build).out()).contains("succeeded");
        assertThat(repository.path("build/steading/main/made")).hasContent(repository.toString());
        assertThat(FARM.json(repository, "builds", "--json")).hasSize(1);
    }

    @Test
    void buildInTheForegroundSurvivesTheProcess() throws IOException {
        waitingProject();
        var building = FARM.start(repository.directory(), "build");
        await().atMost(Program.PATIENCE)
                .until(() -> FARM.json(repository, "builds", "--json")
                        .at("/0/tasks/0/state")
                        .asText()
                        .equals("running"));

        FARM.kill();
        gate.open();

        var ended = building.await();
        assertThat(ended.exitCode()).as(ended.all()).isZero();
        assertThat(ended.out()).containsOnlyOnce("succeeded");
        assertThat(repository.path("build/steading/main/made")).hasContent(repository.toString());
        assertThat(FARM.json(repository, "builds", "--json")).hasSize(1);
    }

    @Test
    void whoeverHasAttachedToABuildStaysWithItWhenTheProcessIsKilled() throws IOException {
        waitingProject();
        var build = FARM.detached(repository);
        var attached = new Daemon(
                repository.path("printed"), Map.of("STEADING_HOME", FARM.home().toString()));
        attached.start(List.of(), List.of("attach", build));
        attached.awaitPrinted("wait", 1);

        FARM.kill();
        gate.open();

        attached.awaitPrinted("succeeded", 1);
        await().atMost(Program.PATIENCE).until(() -> !attached.running());
    }

    @RepeatedTest(5)
    void processKilledAtAnyMomentCostsNothingButTime() throws Exception {
        repository.write("steading.yaml", """
            project: chain
            tasks:
              a: {run: "sleep 0.1; cat file file > a", outputs: [a]}
              b: {needs: [a], run: "sleep 0.1; cat a a > b", inputs: [], outputs: [b]}
              c: {needs: [b], run: "sleep 0.1; cat b b > c", inputs: [], outputs: [c]}
            """);
        repository.write("file", repository.directory() + ",").commit("Begin");
        var seed = new Random().nextLong();
        var random = new Random(seed);
        var building = FARM.start(repository.directory(), "build");

        for (int i = 0; i < 3; i++) {
            Thread.sleep(random.nextInt(1_200));
            if (building.running() && FARM.process().isPresent()) {
                FARM.kill();
            }
        }

        var ended = building.await();
        assertThat(ended.exitCode()).as("seed %d: %s", seed, ended.all()).isZero();
        assertThat(repository.path("build/steading/main/c")).hasContent((repository.directory() + ",").repeat(8));
        var builds = FARM.json(repository, "builds", "--json");
        assertThat(builds).as("seed %d", seed).hasSize(1);
        assertThat(builds.at("/0/state").asText()).isEqualTo("succeeded");
        assertThat(Farm.processes("sleep 0.1; cat ")).isEmpty();
    }

    /// A cold process takes its time between the welcome and the request.
    @ParameterizedTest
    @ValueSource(strings = {"build", "build --detach", "build --matrix opt=a,b", "retry ID"})
    void commandIsOneWishThoughItsProcessIsKilledBeforeItUnderstands(String command) throws Exception {
        repository.write("steading.yaml", """
            project: short
            options:
              opt: {values: [a, b, c], default: c}
            tasks:
              a: {run: "cat file > a; echo ${options.opt}", outputs: [a]}
            """);
        repository.write("file", repository.toString()).commit("Begin");
        var first = FARM.build(repository).get("build").asText();
        var seed = new Random().nextLong();
        var random = new Random(seed);
        int asked = command.contains("matrix") ? 2 : 1;

        for (int i = 0; i < 2; i++) {
            var before =
                    FARM.json(repository, "builds", "--json", "--number=500").size();
            FARM.kill();
            var arguments = new ArrayList<>(List.of(command.replace("ID", first).split(" ")));
            if (command.startsWith("build")) {
                arguments.add("--force");
            }
            var running = FARM.start(repository.directory(), arguments.toArray(String[]::new));
            await().atMost(Program.PATIENCE).until(() -> FARM.process().isPresent());
            Thread.sleep(random.nextInt(600));
            if (running.running()) {
                FARM.kill();
            }

            var ended = running.await();
            assertThat(ended.exitCode()).as("seed %d: %s", seed, ended.all()).isZero();
            assertThat(FARM.json(repository, "builds", "--json", "--number=500"))
                    .as("seed %d: %s", seed, ended.all())
                    .hasSize(before + asked);
            // Another wish for what is under way would be answered by the same build.
            await().atMost(Program.PATIENCE)
                    .until(() ->
                            FARM.json(repository, "builds", "--json", "--number=500").findValuesAsText("state").stream()
                                    .noneMatch(state -> state.equals("running") || state.equals("queued")));
        }
    }

    @Test
    void queueSurvivesTheProcess() throws IOException {
        waitingProject();
        var builds = new ArrayList<>(List.of("attach"));
        for (int i = 0; i < 6; i++) {
            repository.write("file", "" + i).commit("Next");
            builds.add(FARM.detached(
                    repository, "HEAD", "--out", repository.path("out/" + i).toString()));
        }
        FARM.kill();
        FARM.ok(repository, "status");
        FARM.kill();
        gate.open();

        FARM.ok(repository, builds.toArray(String[]::new));

        for (int i = 0; i < 6; i++) {
            assertThat(repository.path("out/%d/made".formatted(i))).hasContent("" + i);
        }
        assertThat(FARM.json(repository, "builds", "--json"))
                .hasSize(6)
                .allMatch(build -> build.get("state").asText().equals("succeeded"));
    }
}
