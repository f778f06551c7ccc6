// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Watching builds, leaving them alone, ending them and trying again.
class FollowingIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private Repository repository;
    private Gate gate;

    @BeforeEach
    void begin() throws IOException {
        repository = FARM.repository("following");
        gate = Gate.in(FARM.directory("gate"));
    }

    /// Commits a project with one task that waits at the gate.
    private void waitingProject() throws IOException {
        repository.write("steading.yaml", """
            project: waiting
            tasks:
              wait:
                run: |
                  echo to-err >&2
                  %s
                  echo done | tee made
                outputs: [made]
            """.formatted(gate.script()));
        repository.commit("Begin");
    }

    private String state(String build) {
        return FARM.show(build).get("state").asText();
    }

    @Test
    void detachedBuildGoesOnAndCanBeFollowedToItsEnd() throws IOException {
        waitingProject();

        var build = FARM.detached(repository);
        FARM.awaitPrinted(build, "ready");
        assertThat(state(build)).isEqualTo("running");
        var attached = FARM.start(repository.directory(), "attach", build);
        var followed = FARM.start(repository.directory(), "log", "-f", build);
        gate.open();

        assertThat(attached.await().exitCode()).isZero();
        assertThat(followed.await().out()).isEqualTo("ready\ndone\n");
        assertThat(repository.path("build/steading/main/made")).hasContent("done");
    }

    @Test
    void logKeepsStandardOutputAndErrorApart() throws IOException {
        waitingProject();
        gate.open();
        var build = FARM.build(repository).get("build").asText();

        var both = FARM.ok(repository, "log", build);
        assertThat(both.out()).isEqualTo("ready\ndone\n");
        assertThat(both.err()).isEqualTo("to-err\n");
        assertThat(FARM.ok(repository, "log", "--stderr", build, "wait").out()).isEmpty();
        assertThat(FARM.ok(repository, "log", "--stdout", build, "wait").err()).isEmpty();
    }

    @Test
    void buildIsShownListedAndCopiedByItsNumber() throws IOException {
        waitingProject();
        gate.open();
        var commit = repository.git("rev-parse", "HEAD");
        var build = FARM.build(repository).get("build").asText();

        var shown = FARM.show(build);
        assertThat(shown.get("state").asText()).isEqualTo("succeeded");
        assertThat(shown.get("commit").asText()).isEqualTo(commit);
        assertThat(shown.at("/tasks/0/exit_code").asInt()).isZero();
        assertThat(shown.at("/artifacts/0/path").asText()).isEqualTo("made");
        assertThat(FARM.json(repository, "builds", "--json").at("/0/build").asText())
                .isEqualTo(build);
        assertThat(FARM.ok(repository, "build", build).out()).contains(commit, "succeeded");

        var copy = FARM.directory("copy");
        FARM.ok(repository, "artifacts", build, "--get", copy.toString());
        assertThat(copy.resolve("made")).hasContent("done");
    }

    @Test
    void cancelledBuildEndsItsCommandAndWhoeverFollows() throws IOException {
        waitingProject();
        var building = FARM.start(repository.directory(), "build", "--json");
        var build = awaitRunning();

        FARM.ok(repository, "cancel", build);

        assertThat(building.await().exitCode()).isEqualTo(1);
        assertThat(state(build)).isEqualTo("cancelled");
        awaitNoCommand();
        assertThat(FARM.run(repository, "cancel", build).err()).contains("had ended before");
    }

    /// Returns the number of the newest build of the repository, when its command runs.
    private String awaitRunning() {
        await().atMost(Program.PATIENCE)
                .until(() -> FARM.json(repository, "builds", "--json")
                        .at("/0/tasks/0/state")
                        .asText()
                        .equals("running"));
        var build = FARM.json(repository, "builds", "--json").at("/0/build").asText();
        FARM.awaitPrinted(build, "ready");
        return build;
    }

    private void awaitNoCommand() {
        await("end of the command")
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes(gate.file().toString()).isEmpty());
    }

    @Test
    void interruptCancelsTheBuild() throws IOException {
        waitingProject();
        var building = FARM.start(repository.directory(), "build");
        var build = awaitRunning();

        building.signal("INT");

        var ended = building.await();
        assertThat(ended.exitCode()).isEqualTo(130);
        assertThat(ended.err()).contains("Build %s is cancelled".formatted(build));
        await().atMost(Program.PATIENCE).until(() -> state(build).equals("cancelled"));
        awaitNoCommand();
    }

    @Test
    void interruptLeavesTheBuildAloneIfAskedTo() throws IOException {
        waitingProject();
        var building = FARM.start(repository.directory(), "build", "--on-interrupt=detach");
        var build = awaitRunning();

        building.signal("INT");
        assertThat(building.await().exitCode()).isEqualTo(130);
        gate.open();

        assertThat(FARM.ok(repository, "attach", build).out()).contains("succeeded");
    }

    @Test
    void environmentSaysWhatInterruptsDo() throws IOException {
        waitingProject();
        var building = FARM.start(repository.directory(), Map.of("STEADING_ON_INTERRUPT", "detach"), "build");
        var build = awaitRunning();

        building.signal("INT");

        assertThat(building.await().err()).contains("steading attach " + build);
        assertThat(state(build)).isEqualTo("running");
        FARM.ok(repository, "cancel", build);
    }

    @Test
    void retryRunsOnlyWhatFailed() throws IOException {
        repository.write("steading.yaml", """
            project: flaky
            tasks:
              good: {run: echo good > good, outputs: [good]}
              flaky: {needs: [good], run: "test -e %s && cp good fine", outputs: [fine]}
            """.formatted(gate.file()));
        repository.commit("Begin");
        var failed = FARM.run(repository, "build", "--json");
        assertThat(failed.exitCode()).as(failed.all()).isEqualTo(1);
        var build = FARM.json(repository, "builds", "--json").at("/0/build").asText();
        gate.open();

        var again = FARM.json(repository, "retry", build, "--json");

        assertThat(again.get("state").asText()).as(again.toPrettyString()).isEqualTo("succeeded");
        assertThat(again.at("/tasks/0/cached").asBoolean()).isTrue();
        assertThat(again.at("/tasks/1/cached").asBoolean()).isFalse();
    }

    @Test
    void forcedBuildRunsEverythingAgain() throws IOException {
        waitingProject();
        gate.open();
        FARM.ok(repository, "build");

        assertThat(FARM.build(repository).at("/tasks/0/cached").asBoolean()).isTrue();
        assertThat(FARM.build(repository, "--force").at("/tasks/0/cached").asBoolean())
                .isFalse();
    }

    @Test
    void failedTaskIsNamedWithItsExitCodeAndLog() throws IOException {
        repository.write("steading.yaml", """
            project: failing
            tasks:
              bad: {run: "echo why >&2; exit 7"}
              after: {run: "true", needs: [bad]}
            """);
        repository.commit("Begin");

        var failed = FARM.run(repository, "build");

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err()).contains("bad | why", "Its command exited with 7");
        assertThat(failed.out()).contains("steading log", "`bad` did not succeed");
    }

    @Test
    void stoppedProcessLeavesTheBuildToTheNextCommand() throws IOException {
        waitingProject();
        var building = FARM.start(repository.directory(), "build");
        var build = awaitRunning();

        var stopped = FARM.ok(repository, "stop");
        assertThat(stopped.out() + stopped.err()).contains("1 unfinished build goes on at the next command");
        assertThat(building.await().exitCode()).isEqualTo(4);
        awaitNoCommand();
        gate.open();

        assertThat(FARM.ok(repository, "attach", build).out()).contains("succeeded");
    }
}
