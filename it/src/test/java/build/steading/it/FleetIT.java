// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Many machines, many users, one farm.
class FleetIT {
    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    /// Has no sandbox, and runs nothing of the project `secret`.
    private static Lent plain;

    /// Has a sandbox, and a property of its own.
    private static Lent boxed;

    private static Farm ann;
    private static Farm bob;

    private Repository repository;
    private Gate gate;

    @BeforeAll
    static void join() {
        plain = FLEET.worker("plain", "--policy", "project != \"secret\"");
        boxed = FLEET.worker("boxed", List.of(), Map.of(), "--property", "gpu=a100");
        ann = FLEET.user("ann");
        bob = FLEET.user("bob");
        plain.awaitReady();
        boxed.awaitReady();
        FLEET.awaitUp(plain, boxed);
    }

    @BeforeEach
    void begin() throws IOException {
        repository = ann.repository("fleet");
        gate = Gate.in(ann.directory("gate"));
    }

    private void project(String name, String run) throws IOException {
        project(repository, name, "true", run);
    }

    private static void project(Repository repository, String name, String requires, String run) throws IOException {
        repository.write("steading.yaml", """
            project: %s
            requires: '%s'
            tasks:
              make:
                run: |
                  %s
                outputs: [made]
            """.formatted(name, requires, run));
        repository.write("file", repository.directory() + "\n").commit("Begin");
    }

    private void waitingProject(String name) throws IOException {
        project(name, gate.script() + "; cp file made");
    }

    /// As [#waitingProject], for the worker with a sandbox alone.
    private void boxedProject(String name) throws IOException {
        project(repository, name, "gpu == \"a100\"", gate.script() + "; cp file made");
    }

    private static String worker(String build) {
        return ann.show(build).at("/tasks/0/worker").asText();
    }

    private static void awaitSucceeded(Farm user, String build) {
        var ended = user.run(FLEET.top(), "attach", build);
        assertThat(ended.exitCode()).as(ended.all()).isZero();
        assertThat(user.show(build).get("state").asText()).isEqualTo("succeeded");
    }

    private Repository cloned() throws IOException {
        var clone = new Repository(bob.directory("clone"));
        clone.git("clone", "-q", repository.directory().toString(), ".");
        return clone;
    }

    @Test
    void whatTheFarmBuiltAppearsInTheRepositoryOfWhoAskedForIt() throws IOException {
        project("delivered", "mkdir made && cp file made/copy && ln -s copy made/link");

        var built = ann.build(repository);

        assertThat(built.get("state").asText()).isEqualTo("succeeded");
        assertThat(built.at("/requests/0/requester").asText()).isEqualTo("ann");
        assertThat(built.at("/tasks/0/worker").asText()).isIn("plain", "boxed");
        var made = repository.path("build/steading/main/made");
        assertThat(made.resolve("copy")).hasContent(repository.directory() + "\n");
        assertThat(made.resolve("link")).isSymbolicLink();
    }

    @Test
    void whatOneUserBuiltAnotherNeedNotBuildAgain() throws IOException {
        project("known", "date +%N > made");
        ann.ok(repository, "build");
        var clone = cloned();

        var built = bob.build(clone);

        assertThat(built.at("/tasks/0/cached").asBoolean()).isTrue();
        assertThat(clone.path("build/steading/main/made"))
                .hasSameBinaryContentAs(repository.path("build/steading/main/made"));
    }

    @Test
    void equalBuildsOfTwoUsersRunOnce() throws IOException {
        project("shared", gate.script() + "; date +%N > made");
        var first = ann.detached(repository);
        ann.awaitPrinted(first, "ready");
        var clone = cloned();
        var second = bob.detached(clone);
        bob.awaitPrinted(second, "ready");

        gate.open();

        awaitSucceeded(ann, first);
        awaitSucceeded(bob, second);
        assertThat(second.equals(first)
                        || bob.show(second).at("/tasks/0/joined").asBoolean())
                .isTrue();
        assertThat(clone.path("build/steading/main/made"))
                .hasSameBinaryContentAs(repository.path("build/steading/main/made"));
    }

    @Test
    void tokenThatIsUsedUpSaysWhoUsedIt() {
        var token = FLEET.token("builder");
        var first = new Farm(FLEET.top(), "carol", List.of());
        var second = new Farm(FLEET.top(), "mallory", List.of());
        try {
            FLEET.command(first, "join", FLEET.address(), "--token", token, "--name", "carol");

            var refused = second.run(FLEET.top(), "join", FLEET.address(), "--token", token, "--name", "mallory");

            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.err()).contains("used up", "`carol` joined by it at", "token create builder");
        } finally {
            first.stop();
            second.stop();
        }
    }

    @Test
    void tokenOfAnotherFarmIsRefusedBeforeItIsShown() throws Exception {
        var other = new Fleet();
        other.begin("FleetIT-other");
        var user = new Farm(FLEET.top(), "eve", List.of());
        try (var impostor = Impostor.open(FLEET.top())) {
            var token = other.token("builder");
            var refused = user.run(FLEET.top(), "join", FLEET.address(), "--token", token, "--name", "eve");
            var deceived = user.run(FLEET.top(), "join", impostor.address(), "--token", token, "--name", "eve");

            for (var each : List.of(refused, deceived)) {
                assertThat(each.exitCode()).as(each.all()).isEqualTo(6);
                assertThat(each.err()).contains("The server is not of this farm");
            }
            assertThat(impostor.callers()).isPositive();
            assertThat(impostor.heard()).isZero();
            assertThat(other.command(user, "join", other.address(), "--token", token, "--name", "eve"))
                    .contains("Joined", "`eve`");
        } finally {
            user.stop();
            other.end();
        }
    }

    @Test
    void statusIsForMembersOnly() throws Exception {
        var bare = get(FLEET.statusUrl(), "");
        assertThat(bare.statusCode()).isEqualTo(401);
        assertThat(bare.body()).doesNotContain("ann", "plain");
        assertThat(get(FLEET.statusUrl(), "Bearer nonsense").statusCode()).isEqualTo(401);

        var token = FLEET.command(
                FLEET.admin(), "token", "create", "viewer", "--access", "--name", "monitor", "--valid", "1h");
        var seen = get(FLEET.statusUrl(), "Bearer " + token);
        assertThat(seen.statusCode()).isEqualTo(200);
        assertThat(seen.body()).contains("\"plain\"", "\"boxed\"");
    }

    private static java.net.http.HttpResponse<String> get(String url, String authorization) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        try (var client = HttpClient.newBuilder().sslContext(Trusting.context()).build()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    @Test
    void workerTellsWhoeverMayReadItsDirectoryWhatItDoes() throws Exception {
        boxedProject("watched");
        var build = ann.detached(repository);
        ann.awaitPrinted(build, "ready");

        assertThat(boxed.ask("").statusCode()).isEqualTo(401);
        var status = boxed.status();
        assertThat(status.get("name").asText()).isEqualTo("boxed");
        assertThat(status.at("/running/0/project").asText()).isEqualTo("watched");
        assertThat(status.at("/running/0/requester").asText()).isEqualTo("ann");

        gate.open();
        awaitSucceeded(ann, build);
        assertThat(worker(build)).isEqualTo("boxed");
    }

    @Test
    void whyNamesTheWorkerThatIsBusyTheOneThatMisfitsAndTheOneThatIsNotWilling() throws IOException {
        boxedProject("filling");
        var first = ann.detached(repository);
        repository.write("file", "other").commit("Next");
        var second = ann.detached(repository);
        ann.awaitPrinted(first, "ready");
        ann.awaitPrinted(second, "ready");
        var secret = ann.repository("secret");
        project(secret, "secret", "true", "cp file made");
        var odd = ann.repository("odd");
        project(odd, "odd", "gpu == \"h100\"", "cp file made");

        var waiting = ann.detached(secret);
        var impossible = ann.detached(odd);

        assertThat(why(waiting)).contains("`boxed` is busy", "`plain` is not willing", "project != \"secret\"");
        assertThat(why(impossible)).contains("gpu", "h100", "a100");
        ann.run(FLEET.top(), "cancel", impossible);
        gate.open();
        awaitSucceeded(ann, waiting);
        assertThat(worker(waiting)).isEqualTo("boxed");
        awaitSucceeded(ann, first);
        awaitSucceeded(ann, second);
    }

    private static String why(String build) {
        await("cause")
                .atMost(Program.PATIENCE)
                .until(() -> !ann.run(FLEET.top(), "why", build).out().contains("does not wait"));
        return ann.run(FLEET.top(), "why", build).out();
    }

    @Test
    void workerThatIsDrainedFinishesWhatItRunsAndGetsNothingNewUntilItIsResumed() throws IOException {
        boxedProject("drained");
        var running = ann.detached(repository);
        ann.awaitPrinted(running, "ready");

        FLEET.command(FLEET.admin(), "workers", "drain", "boxed");
        repository.write("file", "other").commit("Next");
        var waiting = ann.detached(repository);
        assertThat(why(waiting)).contains("`boxed` takes no new work");
        gate.open();
        awaitSucceeded(ann, running);
        assertThat(ann.show(waiting).at("/tasks/0/state").asText()).isNotIn("running", "succeeded");

        FLEET.command(FLEET.admin(), "workers", "resume", "boxed");
        awaitSucceeded(ann, waiting);
        assertThat(worker(waiting)).isEqualTo("boxed");
    }

    @Test
    void workerThatIsRevokedLosesItsWorkToAnother() throws IOException {
        var doomed = FLEET.worker("doomed");
        doomed.awaitReady();
        FLEET.awaitUp(plain, boxed, doomed);
        FLEET.command(FLEET.admin(), "workers", "drain", "plain");
        FLEET.command(FLEET.admin(), "workers", "drain", "boxed");
        waitingProject("moved");
        var build = ann.detached(repository);
        ann.awaitPrinted(build, "ready");
        assertThat(worker(build)).isEqualTo("doomed");
        FLEET.command(FLEET.admin(), "workers", "resume", "plain");

        FLEET.command(FLEET.admin(), "workers", "revoke", "doomed");

        await("another worker")
                .atMost(Program.PATIENCE)
                .until(() -> worker(build).equals("plain"));
        await("end of the first command")
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes(gate.file().toString()).size() == 1);
        gate.open();
        awaitSucceeded(ann, build);
        FLEET.command(FLEET.admin(), "workers", "resume", "boxed");
        assertThat(repository.path("build/steading/main/made")).hasContent(repository.directory() + "\n");
    }

    @Test
    void rangeIsSatisfiedByWhatTheFarmHasBuilt() throws IOException {
        project("ranged", "cp file made");
        var first = repository.git("rev-parse", "HEAD");
        var second = repository.write("file", "2").commit("Second");
        repository.write("file", "3").commit("Third");
        var built = ann.build(repository, second);

        var found = ann.build(repository, "--range", first + "..main");

        assertThat(found.get("commit").asText()).isEqualTo(second);
        assertThat(found.get("build")).isEqualTo(built.get("build"));
    }

    @Test
    void everyCombinationOfOptionsIsBuiltAndDelivered() throws IOException {
        repository.write("steading.yaml", """
            project: combined
            options:
              a: {values: ["1", "2"], default: "1"}
              b: {values: [x, y], default: x}
            tasks:
              make: {run: "echo ${options.a}${options.b} > made", outputs: [made]}
            """).commit("Begin");
        var out = ann.directory("out");

        ann.ok(repository, "build", "--matrix", "--out", out.toString());

        var made = new HashMap<String, String>();
        try (var files = Files.walk(out)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                made.put(out.relativize(file).toString(), Files.readString(file));
            }
        }
        made.keySet().removeIf(path -> path.endsWith("/.steading"));
        assertThat(made)
                .isEqualTo(Map.of(
                        "a=1,b=x/made",
                        "1x\n",
                        "a=1,b=y/made",
                        "1y\n",
                        "a=2,b=x/made",
                        "2x\n",
                        "a=2,b=y/made",
                        "2y\n"));
        assertThat(ann.json(repository, "builds", "--json"))
                .hasSize(4)
                .allMatch(build -> build.get("state").asText().equals("succeeded"))
                .extracting(build ->
                        build.at("/options/a").asText() + build.at("/options/b").asText())
                .containsExactlyInAnyOrder("1x", "1y", "2x", "2y");
    }

    @Test
    void logIsSeenWhileTheCommandRuns() throws IOException {
        project("live", "echo to-err >&2; " + gate.script() + "; echo done | tee made");
        var build = ann.detached(repository);
        var following = new Daemon(
                FLEET.top().resolve("followed"),
                Map.of("STEADING_HOME", ann.home().toString()));
        following.start(List.of(), List.of("log", "-f", build));

        following.awaitPrinted("ready", 1);
        assertThat(following.running()).isTrue();
        assertThat(Path.of("/proc/" + following.pid())).exists();
        gate.open();

        await().atMost(Program.PATIENCE).until(() -> !following.running());
        assertThat(following.printed()).contains("to-err\n").endsWith("done\n").containsOnlyOnce("ready\n");
    }
}
