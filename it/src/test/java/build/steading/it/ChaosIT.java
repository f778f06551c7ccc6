// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import build.steading.it.Mailbox.Letter;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Builds go on while processes of the farm are killed and frozen at random. Property `chaos.builds` says how
/// many, `chaos.seed` repeats what was random.
class ChaosIT {
    private static final Mailbox MAILBOX = Mailbox.open();

    @RegisterExtension
    static final Fleet FLEET = new Fleet(MAILBOX.configuration());

    private static final int BUILDS = Integer.getInteger("chaos.builds", 40);

    /// How many strikes there are at least: the builds are not all asked for before.
    private static final int STRIKES = Math.max(Chaos.strikesInARound(), BUILDS / 8);

    private static final int EACH_KIND = Math.max(1, BUILDS / 100);

    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final String ADDRESS = "ann@example.org";
    private static final int TRY_AGAIN = 4;
    private static final int WAITERS = 6;

    /// Is in the command line of whatever the builds run; also a number of seconds.
    private static final String MARK = "8640." + ProcessHandle.current().pid();

    private final long seed = Long.getLong("chaos.seed", System.nanoTime());
    private final List<Chosen> chosen = new ArrayList<>();
    private Map<String, List<Letter>> letters = Map.of();
    private final AtomicInteger refused = new AtomicInteger();
    private Repository repository = new Repository(Distribution.TOP);
    private Chaos chaos;
    private Farm ann;

    /// One of the builds.
    ///
    /// @param outcome of the command that waited for it
    private record Chosen(int number, String commit, Path out, CompletableFuture<Waited> outcome) {
        boolean fails() {
            return number % 7 == 3;
        }

        String verdict() {
            return fails() ? "failed" : "succeeded";
        }

        int exitCode() {
            return fails() ? 1 : 0;
        }

        /// Returns what the build makes.
        String made() {
            var first = (number + 1) * 10_000;
            return IntStream.range(first, first + 10_000)
                    .mapToObj(each -> each + "\n")
                    .collect(Collectors.joining())
                    .repeat(2);
        }
    }

    /// How a command ended that waited for a build.
    private record Waited(String build, Program.Result result) {}

    @AfterAll
    static void close() {
        MAILBOX.close();
    }

    @Test
    @Timeout(3_600)
    void everyBuildEndsOnceAndWholeWhateverIsKilled() throws Exception {
        // Two: what was lost on three different workers would count as the reason.
        var workers = List.of(FLEET.worker("one"), FLEET.worker("two"));
        ann = FLEET.user("ann");
        workers.forEach(Lent::awaitReady);
        repository = ann.repository("chaos");
        chaos = new Chaos(FLEET, workers, ann, MARK, seed);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var _ = chaos) {
            buildAll(threads);
        }
        System.out.println(said());
        assertThat(chaos.struck()).as(said()).isGreaterThanOrEqualTo(STRIKES);
        assertThat(chaos.hits()).as(said()).isGreaterThanOrEqualTo(STRIKES / 3);
        for (var kind : Strike.values()) {
            assertThat(chaos.counts())
                    .as(said())
                    .hasEntrySatisfying(kind, count -> assertThat(count).isGreaterThanOrEqualTo(EACH_KIND));
        }
        verifyAll();
        await("end of all commands")
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes(MARK).isEmpty());
    }

    private String said() {
        return "%d builds, %d requests made again, seed %d, %d strikes, %s, of which %d met commands that ran: %s"
                .formatted(BUILDS, refused.get(), seed, chaos.struck(), chaos.counts(), chaos.hits(), chaos);
    }

    /// Asks for all builds, a few at a time, not before there were as many strikes as belong to them, and waits.
    private void buildAll(ExecutorService threads) throws Exception {
        var waiters = new Semaphore(WAITERS);
        for (int number = 0; number < BUILDS; number++) {
            awaitStrikes(number * STRIKES / BUILDS);
            waiters.acquire();
            var out = FLEET.top().resolve("out/" + number);
            var next = new Chosen(number, commit(number), out, new CompletableFuture<>());
            chosen.add(next);
            threads.execute(() -> {
                try {
                    next.outcome().complete(waited(next));
                } catch (RuntimeException | Error e) {
                    next.outcome().completeExceptionally(e);
                } finally {
                    waiters.release();
                }
            });
        }
        awaitStrikes(STRIKES);
        for (var each : chosen) {
            each.outcome().join();
        }
    }

    private void awaitStrikes(int count) {
        await("%d strikes".formatted(count)).atMost(Duration.ofMinutes(3)).until(() -> chaos.struck() >= count);
    }

    private String commit(int number) throws IOException {
        // Each takes another time, and leaves something behind that nobody wants to go on.
        repository.write("steading.yaml", """
            project: chaos
            tasks:
              first:
                run: |
                  setsid sleep %s > /dev/null 2>&1 &
                  : %s; sleep 0.%d; seq %d0000 %d9999 > first
                outputs: [first]
              second:
                needs: [first]
                run: |
                  : %s; echo begun; sleep 0.%d; %s; cat first first > made; echo done
                outputs: [made]
            """.formatted(
                        MARK,
                        MARK,
                        2 + number % 7,
                        number + 1,
                        number + 1,
                        MARK,
                        8 - number % 7,
                        number % 7 == 3 ? "exit 3" : "true"));
        return repository.commit("Number " + number);
    }

    /// Waits for a build in one of the ways that there are: in the foreground, or beside it.
    private Waited waited(Chosen wanted) {
        return wanted.number() % 2 == 0 ? built(wanted) : attached(wanted, asked(wanted, "--detach"));
    }

    private Waited built(Chosen wanted) {
        var ended = asked(wanted, "--json");
        try {
            return new Waited(Farm.json(ended).get("build").asText(), ended);
        } catch (RuntimeException e) {
            throw new AssertionError(ended.all(), e);
        }
    }

    private Waited attached(Chosen wanted, Program.Result asked) {
        var build = asked.out().strip();
        assertThat(asked.exitCode()).as(asked.all()).isZero();
        assertThat(build).as("number of %s", wanted).matches("\\d+");
        return new Waited(
                build,
                ann.start(repository.directory(), "attach", build, "--json").await(PATIENCE));
    }

    /// Asks for a build until the farm has taken the request. A farm that is away at that very moment says so:
    /// then nothing was begun, and it is asked again. What may have been begun ends otherwise.
    private Program.Result asked(Chosen wanted, String how) {
        for (int attempt = 0; attempt < 20; attempt++) {
            var asked = ann.start(
                            repository.directory(),
                            "build",
                            wanted.commit(),
                            how,
                            "--out",
                            wanted.out().toString(),
                            "--email",
                            ADDRESS)
                    .await(PATIENCE);
            if (asked.exitCode() != TRY_AGAIN) {
                return asked;
            }
            assertThat(asked.out())
                    .as("what a request says that was not taken: %s", asked.all())
                    .isEmpty();
            assertThat(asked.err()).doesNotContain("build ", "runs on");
            refused.incrementAndGet();
        }
        throw new AssertionError("No request was taken: " + said());
    }

    private void verifyAll() throws IOException {
        var records = ann.json(repository, "builds", "--json", "-n", "" + 3 * BUILDS);
        await("mails")
                .atMost(Duration.ofMinutes(1))
                .until(() ->
                        MAILBOX.letters().stream().map(Letter::build).distinct().count() >= records.size());
        assertThat(chosen)
                .extracting(each -> each.outcome().join().build())
                .as(said())
                .doesNotHaveDuplicates();
        letters = MAILBOX.letters().stream().distinct().collect(Collectors.groupingBy(Letter::build));
        for (var each : chosen) {
            var its = StreamSupport.stream(records.spliterator(), false)
                    .filter(build -> build.get("commit").asText().equals(each.commit()))
                    .map(build -> build.get("build").asText())
                    .toList();
            // Whatever became of its answer, a request is known by its key when it is made again.
            assertThat(its)
                    .as("%s, %s", each, said())
                    .containsExactly(each.outcome().join().build());
            verify(each, ann.show(its.getFirst()));
            verifyOutcome(each);
            verifyDelivery(each);
        }
        assertThat(records.size()).as(said()).isEqualTo(BUILDS);
    }

    private void verify(Chosen each, JsonNode build) {
        var about = "%s, %s: %s".formatted(each, said(), build);
        var id = build.get("build").asText();
        assertThat(build.get("state").asText()).as(about).isEqualTo(each.verdict());
        assertThat(build.get("requests"))
                .as(about)
                .singleElement()
                .satisfies(request -> assertThat(request.get("state").asText()).isEqualTo("answered"));
        assertThat(build.at("/tasks/0/state").asText()).as(about).isEqualTo("succeeded");
        assertThat(build.at("/tasks/1/state").asText()).as(about).isEqualTo(each.verdict());
        assertThat(build.at("/tasks/1/exit_code").asInt()).as(about).isEqualTo(each.fails() ? 3 : 0);
        assertThat(build.at("/tasks/1/note").asText())
                .as(about)
                .isEqualTo(each.fails() ? "Its command exited with 3" : "");
        assertThat(letters.get(id)).as(about).singleElement().satisfies(letter -> {
            assertThat(letter.to()).isEqualTo(ADDRESS);
            assertThat(letter.verdict()).isEqualTo(each.verdict());
        });
        assertThat(ann.run(repository, "log", id, "second").out())
                .as(about)
                .isEqualTo(each.fails() ? "begun\n" : "begun\ndone\n");
    }

    private void verifyOutcome(Chosen each) {
        var ended = each.outcome().join();
        var about = "%s, %s: %s".formatted(each, said(), ended.result().all());
        assertThat(ended.result().exitCode()).as(about).isEqualTo(each.exitCode());
        // More than one outcome would be no JSON.
        var told = Farm.json(ended.result());
        assertThat(told.get("build").asText()).as(about).isEqualTo(ended.build());
        assertThat(told.get("state").asText()).as(about).isEqualTo(each.verdict());
    }

    /// There is nothing in the directory but what was made, and what says which build it is from.
    private void verifyDelivery(Chosen each) throws IOException {
        if (each.fails()) {
            assertThat(each.out()).as("%s, %s", each, said()).isEmptyDirectory();
            return;
        }
        try (var files = Files.list(each.out())) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .as("%s, %s", each, said())
                    .containsExactlyInAnyOrder("made", ".steading");
        }
        assertThat(each.out().resolve("made")).as(said()).hasContent(each.made());
        var digest = Farm.sha256(each.out().resolve("made"));
        var build = each.outcome().join().build();
        var recorded = ann.show(build).at("/artifacts");
        assertThat(recorded).hasSize(1);
        assertThat(recorded.at("/0/path").asText()).isEqualTo("made");
        assertThat(recorded.at("/0/sha256").asText()).isEqualTo(digest);
        var stamp = Files.readAllLines(each.out().resolve(".steading"));
        assertThat(stamp).hasSize(2);
        assertThat(stamp.getFirst().split(" ", -1)[2]).isEqualTo(build);
        assertThat(stamp.getLast()).startsWith("-" + digest + "/").endsWith(" made");
    }
}
