// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import build.steading.it.Mailbox.Letter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// People hurry, wait for mail and leave; machines come and go.
class FleetMembersIT {
    private static final Mailbox MAILBOX = Mailbox.silent();

    @RegisterExtension
    static final Fleet FLEET = new Fleet(MAILBOX.configuration());

    /// Has one slot and no sandbox.
    private static Lent plain;

    /// Has whatever sandbox there is on this machine.
    private static Lent boxed;

    private static Farm ann;
    private static Farm bob;

    private Repository repository;
    private Gate gate;

    @BeforeAll
    static void join() {
        plain = FLEET.worker("plain", "--slots", "1", "--property", "lane=one");
        boxed = FLEET.worker("boxed", List.of(), Map.of(), "--property", "lane=two");
        ann = FLEET.user("ann");
        bob = FLEET.user("bob");
        plain.awaitReady();
        boxed.awaitReady();
        FLEET.awaitUp(plain, boxed);
    }

    @AfterAll
    static void close() {
        MAILBOX.close();
    }

    @BeforeEach
    void begin() throws IOException {
        repository = ann.repository("members");
        gate = Gate.in(ann.directory("gate"));
    }

    private void project(String requires, String run) throws IOException {
        repository.write("steading.yaml", """
            project: members
            requires: '%s'
            tasks:
              make:
                run: |
                  %s
                outputs: [made]
            """.formatted(requires, run));
        repository.write("file", repository.directory() + "\n").commit("Begin");
    }

    private static String worker(String build) {
        return ann.show(build).at("/tasks/0/worker").asText();
    }

    private static void awaitSucceeded(String build) {
        var ended = ann.run(FLEET.top(), "attach", build);
        assertThat(ended.exitCode()).as(ended.all()).isZero();
        assertThat(ann.show(build).get("state").asText()).isEqualTo("succeeded");
    }

    @Test
    void whatIsUrgentOvertakesWhatWaitsAlready() throws IOException {
        project("lane == \"one\"", gate.script() + "; cp file made");
        var running = ann.detached(repository);
        ann.awaitPrinted(running, "ready");
        repository.write("file", "bulk").commit("Bulk");
        var bulk = ann.detached(repository, "--priority", "bulk");
        repository.write("file", "ordinary").commit("Ordinary");
        var ordinary = ann.detached(repository);
        repository.write("file", "urgent").commit("Urgent");
        var urgent = ann.detached(repository, "--priority", "gate");
        await("cause")
                .atMost(Program.PATIENCE)
                .until(() -> ann.run(FLEET.top(), "why", bulk).out().contains("2 actions"));

        gate.open();

        for (var build : List.of(running, bulk, ordinary, urgent)) {
            awaitSucceeded(build);
        }
        assertThat(List.of(started(running), started(urgent), started(ordinary), started(bulk)))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    private static Instant started(String build) {
        return Instant.parse(ann.show(build).at("/tasks/0/started").asText());
    }

    @Test
    void everyWaiterGetsOneMailAlsoIfTheServerIsKilledWhileItSends() throws IOException {
        project("lane == \"two\"", gate.script() + "; cp file made; exit 3");
        var first = ann.detached(repository, "--email", "ann@example.org");
        ann.awaitPrinted(first, "ready");
        var again = ann.detached(repository, "--email", "ann@example.org");
        var clone = new Repository(bob.directory("clone"));
        clone.git("clone", "-q", repository.directory().toString(), ".");
        var second = bob.detached(clone, "--email", "bob@example.org");
        bob.awaitPrinted(second, "ready");
        gate.open();
        for (var build : List.of(first, again, second)) {
            await("verdict").atMost(Program.PATIENCE).until(() -> state(build).equals("failed"));
        }
        MAILBOX.awaitCaller();

        FLEET.server().kill();
        MAILBOX.listen();
        FLEET.startServer();

        await("end of all sending")
                .atMost(Program.PATIENCE)
                .until(() -> FLEET.admin()
                                .json(repository, "status", "--json")
                                .at("/messages/pending")
                                .asInt(-1)
                        == 0);
        assertThat(MAILBOX.letters())
                .filteredOn(letter -> List.of(first, again, second).contains(letter.build()))
                .extracting(Letter::to, Letter::build, Letter::verdict)
                .containsExactlyInAnyOrder(
                        tuple("ann@example.org", first, "failed"), tuple("bob@example.org", second, "failed"));
        assertThat(again).isEqualTo(first);
        assertThat(state(first)).isEqualTo("failed");
    }

    private static String state(String build) {
        return ann.show(build).get("state").asText();
    }

    @Test
    void whoeverLeavesBuildsAtHomeFromThenOn() throws IOException {
        var dora = FLEET.user("dora");
        project("", "echo \"$PWD\" > made");
        var away = dora.build(repository);
        assertThat(away.at("/tasks/0/worker").asText()).isIn("plain", "boxed");

        var left = dora.run(repository, "leave");

        assertThat(left.exitCode()).as(left.all()).isZero();
        var home = dora.build(repository, "--force");
        assertThat(home.get("state").asText()).as(home.toString()).isEqualTo("succeeded");
        assertThat(home.at("/tasks/0/worker").asText()).isNotIn("plain", "boxed");
        assertThat(ann.json(repository, "builds", "--json")).hasSize(1);
        assertThat(dora.run(repository, "leave").exitCode()).isEqualTo(3);
        assertThat(FLEET.command(dora, "join", FLEET.address(), "--token", FLEET.token("builder"), "--name", "dora2"))
                .contains("`dora2`");
        assertThat(dora.build(repository, "--force").at("/tasks/0/worker").asText())
                .isIn("plain", "boxed");
    }

    @Test
    void workerThatIsRemovedLosesItsWorkToAnotherAndIsForgotten() throws IOException {
        var doomed = FLEET.worker("doomed", "--property", "lane=three");
        doomed.awaitReady();
        FLEET.awaitUp(doomed);
        FLEET.command(FLEET.admin(), "workers", "drain", "plain");
        project("lane == \"one\" || lane == \"three\"", gate.script() + "; cp file made");
        var build = ann.detached(repository);
        ann.awaitPrinted(build, "ready");
        assertThat(worker(build)).isEqualTo("doomed");
        FLEET.command(FLEET.admin(), "workers", "resume", "plain");

        FLEET.command(FLEET.admin(), "workers", "remove", "doomed");

        await("another worker")
                .atMost(Program.PATIENCE)
                .until(() -> worker(build).equals("plain"));
        await("end of the first command")
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes(gate.file().toString()).size() == 1);
        gate.open();
        awaitSucceeded(build);
        assertThat(FLEET.workers().has("doomed")).isFalse();
        assertThat(repository.path("build/steading/main/made")).hasContent(repository.directory() + "\n");
    }

    @Test
    void whyOfABuildThatNothingFitsNamesThePropertyAndWhenItIsGivenUp() throws IOException {
        project("lane == \"four\"", "cp file made");
        var build = ann.detached(repository);
        await("cause")
                .atMost(Program.PATIENCE)
                .until(() -> !ann.run(FLEET.top(), "why", build).out().contains("does not wait"));

        var why = ann.json(repository, "why", "--json", build);

        assertThat(why.get("state").asText()).isIn("queued", "running");
        assertThat(why.at("/tasks/make").toString())
                .contains("lane", "four", "Gives up in ")
                .doesNotContain("busy");
        assertThat(ann.run(FLEET.top(), "cancel", build).exitCode()).isZero();
        assertThat(ann.run(FLEET.top(), "attach", build).exitCode()).isEqualTo(1);
        assertThat(state(build)).isEqualTo("cancelled");
    }

    @Test
    void commandInTheSandboxSeesNeitherProcessesNorTemporaryFilesOfTheMachine() throws IOException {
        Required.that(
                FLEET.workers().at("/boxed/sandbox").asText().equals("bubblewrap"),
                "Worker `boxed` has no bubblewrap: " + FLEET.workers().at("/boxed"));
        var secret = Files.createTempFile(Path.of("/tmp"), "steading-it-", ".secret");
        try {
            project(
                    "sandbox == \"bubblewrap\"",
                    "readlink /proc/self/ns/pid > made; ls -A /tmp >> made; ls -d /proc/[0-9]* | wc -l >> made; [ ! -e '%s' ] && [ ! -e '%s' ]"
                            .formatted(secret, boxed.directory().resolve("status.json")));

            var built = ann.build(repository);

            assertThat(built.get("state").asText()).as(built.toString()).isEqualTo("succeeded");
            assertThat(built.at("/tasks/0/worker").asText()).isEqualTo("boxed");
            var seen = Files.readAllLines(repository.path("build/steading/main/made"));
            // Its home and the input tree are there, and nothing of the machine's.
            assertThat(seen.subList(1, seen.size() - 1)).containsExactly("home", "steading");
            assertThat(seen.getFirst())
                    .startsWith("pid:[")
                    .isNotEqualTo(
                            Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString());
            assertThat(Integer.parseInt(seen.getLast())).isBetween(1, 10);
        } finally {
            Files.delete(secret);
        }
    }
}
