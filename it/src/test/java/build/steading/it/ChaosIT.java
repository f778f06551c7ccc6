// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Builds go on while processes of the farm are killed and frozen at random. Property `chaos.builds` says how
/// many, `chaos.seed` repeats what was random.
class ChaosIT {
    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    private static final int BUILDS = Integer.getInteger("chaos.builds", 40);
    private static final int TRY_AGAIN = 4;

    /// Is in the command line of whatever the builds run.
    private static final String MARK = "chaos-" + ProcessHandle.current().pid();

    private final long seed = Long.getLong("chaos.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<String> events = new ArrayList<>();

    @Test
    @Timeout(1800)
    void everyBuildEndsOnceAndWholeWhateverIsKilled() throws Exception {
        // Two: what was lost on three different workers would count as the reason.
        var workers = List.of(FLEET.worker("one"), FLEET.worker("two"));
        var ann = FLEET.user("ann");
        workers.forEach(Lent::awaitReady);
        var repository = ann.repository("chaos");
        var out = ann.directory("out");

        var builds = new ArrayList<String>();
        try (var _ = new Chaos(workers, ann)) {
            for (int i = 0; i < BUILDS; i++) {
                builds.add(submitted(ann, commit(repository, i), out.resolve("" + i)));
            }
            for (int i = 0; i < BUILDS / 2; i++) {
                awaitEnd(ann, repository, builds.get(i), i);
            }
        }

        for (int i = 0; i < BUILDS; i++) {
            verify(ann, repository, builds.get(i), out.resolve("" + i), i);
        }
        assertThat(builds).as(said()).doesNotHaveDuplicates();
        assertThat(ann.json(repository, "builds", "--json", "-n", "" + 2 * BUILDS))
                .as(said())
                .hasSize(BUILDS);
        await("end of all commands")
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes(MARK).isEmpty());
    }

    private String said() {
        return "seed %d: %s".formatted(seed, events);
    }

    private static boolean fails(int number) {
        return number % 7 == 3;
    }

    private static Repository commit(Repository repository, int number) throws IOException {
        repository.write(
                "steading.yaml", """
                    project: chaos
                    tasks:
                      first:
                        run: |
                          : %s; sleep 0.2; seq %d0000 %d9999 > first
                        outputs: [first]
                      second:
                        needs: [first]
                        run: |
                          : %s; echo begun; sleep 0.2; %s; cat first first > made; echo done
                        outputs: [made]
                    """.formatted(MARK, number + 1, number + 1, MARK, fails(number) ? "exit 3" : "true"));
        repository.commit("Number " + number);
        return repository;
    }

    /// Asks for a build until the farm has taken the request.
    private String submitted(Farm user, Repository repository, Path out) {
        for (int attempt = 0; attempt < 20; attempt++) {
            var asked = user.run(repository, "build", "HEAD", "--detach", "--out", out.toString());
            if (asked.exitCode() == 0) {
                return asked.out().strip();
            }
            assertThat(asked.exitCode()).as("%s: %s", said(), asked.all()).isEqualTo(TRY_AGAIN);
        }
        throw new AssertionError(said());
    }

    private void awaitEnd(Farm user, Repository repository, String build, int number) {
        Program.Result ended;
        var attempts = 0;
        do {
            ended = user.start(repository.directory(), "attach", build).await(Duration.ofMinutes(3));
        } while (ended.exitCode() == TRY_AGAIN && ++attempts < 20);
        assertThat(ended.exitCode())
                .as("%s: build %s: %s", said(), build, ended.all())
                .isEqualTo(fails(number) ? 1 : 0);
    }

    private void verify(Farm user, Repository repository, String build, Path out, int number) throws IOException {
        awaitEnd(user, repository, build, number);
        var shown = user.show(build);
        assertThat(shown.get("state").asText()).as(said()).isEqualTo(fails(number) ? "failed" : "succeeded");
        assertThat(shown.get("requests"))
                .as(said())
                .isNotEmpty()
                .allMatch(request -> request.get("state").asText().equals("answered"));
        if (fails(number)) {
            assertThat(exitCode(shown)).as(said()).isEqualTo(3);
            assertThat(files(out)).as(said()).isEmpty();
            return;
        }
        var half = IntStream.rangeClosed((number + 1) * 10_000, (number + 1) * 10_000 + 9_999)
                .mapToObj(each -> each + "\n")
                .toList();
        assertThat(out.resolve("made"))
                .as(said())
                .hasContent(String.join("", half).repeat(2));
        assertThat(files(out)).as(said()).containsExactlyInAnyOrder("made", ".steading");
        assertThat(user.run(repository, "log", build, "second").out())
                .as(said())
                .isEqualTo("begun\ndone\n");
    }

    private static List<String> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    private static int exitCode(JsonNode build) {
        return build.at("/tasks/1/exit_code").asInt();
    }

    /// Kills and freezes until it is closed; then everything runs again.
    private final class Chaos implements AutoCloseable {
        private final List<Lent> workers;
        private final Farm user;
        private final AtomicBoolean closed = new AtomicBoolean();
        private final Thread thread;

        Chaos(List<Lent> workers, Farm user) {
            this.workers = workers;
            this.user = user;
            this.thread = Thread.ofVirtual().start(this::run);
        }

        private void run() {
            try {
                while (!closed.get()) {
                    Thread.sleep(random.nextInt(300, 1_500));
                    strike(random.nextInt(8));
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void strike(int kind) throws IOException, InterruptedException {
            var worker = workers.get(random.nextInt(workers.size()));
            switch (kind) {
                case 0, 1 -> {
                    events.add("kill server");
                    FLEET.server().kill();
                    Thread.sleep(random.nextInt(1_000));
                    FLEET.startServer();
                }
                case 2, 3 -> {
                    events.add("kill " + worker.name());
                    worker.kill();
                    worker.startAgain();
                }
                case 4, 5 -> {
                    events.add("freeze " + worker.name());
                    worker.freeze();
                    Thread.sleep(random.nextInt(3_000));
                    worker.thaw();
                }
                case 6 -> {
                    events.add("freeze server");
                    FLEET.server().signal("STOP");
                    Thread.sleep(random.nextInt(2_000));
                    FLEET.server().signal("CONT");
                }
                default -> {
                    events.add("kill user");
                    if (user.process().isPresent()) {
                        user.kill();
                    }
                }
            }
        }

        @Override
        public void close() {
            closed.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
