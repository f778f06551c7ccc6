// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.Builds.Order;
import build.steading.digest.Digest;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.WarmDirectory;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogRecord;
import build.steading.schedule.WorkerId;
import build.steading.source.Revision;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every [BuildDesk] and [BuildBook] owe, whoever runs the builds.
public abstract class BuildDeskContract {
    protected static final String ONE_TASK = "project: p\ntasks: {t: {run: [a], outputs: [x]}}\n";
    protected static final String TWO_TASKS =
            "project: p\ntasks: {t: {run: [a], outputs: [x]}, u: {needs: [t], run: [b]}}\n";

    /// What the farm has.
    protected final MemoryBlobStore blobs = new MemoryBlobStore();

    protected final Trees trees = new Trees(blobs, 1 << 20);
    protected final TalkingExecutor executor = new TalkingExecutor(blobs);
    protected final MemoryBuildRecords records = new MemoryBuildRecords();
    protected Builds builds = open();

    @TempDir
    protected Path out;

    protected abstract BuildDesk desk();

    protected abstract BuildBook book();

    /// Where users have their sources.
    protected abstract Trees userTrees();

    /// Opens the farm, over the records that it left behind.
    protected final Builds open() {
        var warm = new WarmRecords() {
            @Override
            public List<WarmDirectory> nearest(String task, List<String> commits) {
                return List.of();
            }

            @Override
            public void save(String task, String commit, List<WarmDirectory> directories) {}
        };
        TaskHistory history = (_, _, _) -> List.of();
        var delivery = new FileDelivery(blobs, trees);
        var ports = new Builds.Ports(
                blobs,
                executor,
                Platforms.OURS,
                new UploadedSources(10),
                warm,
                records,
                history,
                delivery,
                Telling.NOBODY);
        return new Builds(ports, trees, new Plans(blobs, trees), new Builds.Limits(1, 4, 5), InstantSource.system());
    }

    @AfterEach
    void close() {
        builds.close();
    }

    /// Makes a spec whose tree the user has, and nobody else need have.
    protected final BuildSpec spec(String yaml) {
        var file = yaml.getBytes(StandardCharsets.UTF_8);
        var draft = new TreeDraft();
        draft.put("steading.yaml", new Node.File(Digest.of(file), false));
        keep(file);
        var revision = new Revision("c".repeat(40), "t".repeat(40), "main", false, Instant.EPOCH, "Subject");
        return BuildSpec.of("project", new SourceRef("/repository", "", "", revision), draft.store(userTrees()));
    }

    /// Stores a file of the user's.
    protected void keep(byte[] file) {
        Blobs.put(blobs, file);
    }

    protected final Order order() {
        return new Order("ann", Optional.of(out.resolve("main")));
    }

    protected final RequestRecord submit(BuildSpec spec, BuildObserver observer) {
        return desk().submit(spec, order(), observer).request();
    }

    @Test
    void buildIsToldFromItsRequestToItsEnd() throws Exception {
        var heard = new Heard();
        var request = submit(spec(ONE_TASK), heard);
        var talk = executor.next().runs();
        heard.await("task t RUNNING");
        talk.prints("hello\n");
        heard.awaitOutput("hello\n");
        talk.makes("x", "made");

        var end = heard.awaitEnd();

        assertThat(request.requester()).isEqualTo("ann");
        assertThat(request.out()).contains(out.resolve("main"));
        assertThat(end.id()).isEqualTo(request.build());
        assertThat(end.state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(end.tasks())
                .singleElement()
                .satisfies(task -> assertThat(task.log()).isPresent());
        assertThat(heard.all())
                .startsWith("request OPEN")
                .containsSubsequence(
                        "request OPEN",
                        "task t RUNNING",
                        "output t",
                        "task t SUCCEEDED",
                        "request ANSWERED",
                        "ended SUCCEEDED")
                .endsWith("ended SUCCEEDED");
    }

    @Test
    void artifactsAreInPlaceWhenTheRequestIsAnswered() throws Exception {
        var heard = new Heard();
        var request = submit(spec(ONE_TASK), heard);
        executor.next().runs().makes("x", "made");
        heard.await("request ANSWERED");

        assertThat(Files.readString(out.resolve("main/x"))).isEqualTo("made");
        heard.awaitEnd();
        assertThat(book().requests(request.build())).singleElement().satisfies(stored -> {
            assertThat(stored.state()).isEqualTo(RequestRecord.State.ANSWERED);
            assertThat(stored.out()).contains(out.resolve("main"));
        });
    }

    @Test
    void artifactsThatCannotBeWrittenAreSaidToBe() throws Exception {
        Files.writeString(out.resolve("main"), "a file is in the way");
        var heard = new Heard();
        var request = submit(spec(ONE_TASK), heard);
        executor.next().runs().makes("x", "made");

        assertThat(heard.awaitEnd().state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(heard.all()).contains("request UNDELIVERED");
        assertThat(book().requests(request.build()))
                .singleElement()
                .satisfies(stored -> assertThat(stored.note()).contains("cannot be written"));
    }

    @Test
    void equalRequestsShareABuildAndTheLastWithdrawalCancelsIt() throws Exception {
        var heard = new Heard();
        var first = submit(spec(ONE_TASK), heard);
        executor.next().runs();
        heard.await("task t RUNNING");
        var second = submit(spec(ONE_TASK), BuildObserver.NONE);

        assertThat(second.build()).isEqualTo(first.build());
        assertThat(second.joined()).isTrue();
        assertThat(desk().withdraw(first.build(), List.of(first.id()), "ann")).isFalse();
        assertThat(desk().withdraw(first.build(), List.of(second.id()), "bob")).isTrue();
        var end = heard.awaitEnd();
        assertThat(end.state()).isEqualTo(BuildState.CANCELLED);
        assertThat(end.note()).isEqualTo("Cancelled by bob");
        assertThat(heard.all()).contains("request WITHDRAWN");
        assertThat(desk().withdraw(first.build(), List.of(), "ann")).isFalse();
    }

    @Test
    void orderWithTheSameKeyIsOneRequest() throws Exception {
        var order = new Order("ann", Optional.empty(), Priority.INTERACTIVE, Optional.empty(), List.of(), "key");
        var first = desk().submit(spec(ONE_TASK), order, BuildObserver.NONE).request();
        executor.next().runs().makes("x", "made");
        var heard = new Heard();
        desk().observe(first.build(), heard);
        heard.awaitEnd();

        var again = desk().submit(spec(ONE_TASK), order, BuildObserver.NONE).request();

        assertThat(again.id()).isEqualTo(first.id());
        assertThat(book().requests(first.build())).hasSize(1);
    }

    @Test
    void wrongDefinitionIsRefusedAndLeavesNoRecord() {
        assertThatThrownBy(() -> submit(spec("project: x\ntasks: {t: {run: a, needs: [t]}}\n"), BuildObserver.NONE))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class));
        assertThat(book().recent(9, Optional.empty())).isEmpty();
    }

    @Test
    void endedBuildIsToldAtOnce() throws Exception {
        var first = new Heard();
        var request = submit(spec(ONE_TASK), first);
        executor.next().runs().ends(1);
        first.awaitEnd();
        var late = new Heard();

        desk().observe(request.build(), late);

        assertThat(late.awaitEnd().state()).isEqualTo(BuildState.FAILED);
        assertThat(late.all()).containsExactly("request ANSWERED", "ended FAILED");
    }

    @Test
    void lateObserverIsToldThePresentStateFirstAndNoOutputOfBefore() throws Exception {
        var first = new Heard();
        var request = submit(spec(ONE_TASK), first);
        var talk = executor.next().runs().prints("before ");
        first.awaitOutput("before ");
        var late = new Heard();

        desk().observe(request.build(), late);

        late.await("build RUNNING");
        talk.prints("after");
        late.awaitOutput("after");
        assertThat(late.all()).startsWith("request OPEN", "build RUNNING");
    }

    @Test
    void closedSubscriptionHearsNothingMore() throws Exception {
        var heard = new Heard();
        var accepted = desk().submit(spec(ONE_TASK), order(), heard);
        var talk = executor.next().runs();
        heard.await("task t RUNNING");
        accepted.subscription().close();
        accepted.subscription().close();
        var other = new Heard();
        desk().observe(accepted.request().build(), other);
        talk.prints("secret").makes("x", "made");

        other.awaitEnd();
        assertThat(heard.output()).isEmpty();
        assertThat(heard.all()).doesNotContain("ended SUCCEEDED");
    }

    @Test
    void unknownBuildIsNotFound() {
        var unknown = new BuildId(77);

        assertThat(book().find(unknown)).isEmpty();
        assertThat(book().requests(unknown)).isEmpty();
        assertThat(desk().withdraw(unknown, List.of(), "ann")).isFalse();
        assertThat(desk().follow(unknown, "t", ExecutionObserver.NONE)).isEmpty();
        assertThatThrownBy(() -> desk().observe(unknown, BuildObserver.NONE)).satisfies(BuildDeskContract::isNotFound);
        assertThatThrownBy(() -> desk().why(unknown)).satisfies(BuildDeskContract::isNotFound);
    }

    private static void isNotFound(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.NotFound.class));
    }

    @Test
    void followerIsToldWhatWasPrintedAndWhatWillBe() throws Exception {
        var heard = new Heard();
        var request = submit(spec(ONE_TASK), heard);
        var talk = executor.next().runs().prints("one ");
        heard.awaitOutput("one ");
        var text = new Text();

        try (var following = desk().follow(request.build(), "t", text).orElseThrow()) {
            assertThat(text.now()).isEqualTo("one ");
            talk.prints("two");
            text.await("one two");
            assertThat(following.ended()).isFalse();
            talk.makes("x", "made");
            heard.awaitEnd();
            for (var i = 0; i < 2000 && !following.ended(); i++) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(following.ended()).isTrue();
        }
        assertThat(text.now()).isEqualTo("one two");
    }

    @Test
    void nobodyFollowsWhatDoesNotRun() throws Exception {
        var heard = new Heard();
        var request = submit(spec(TWO_TASKS), heard);
        executor.next().runs();
        heard.await("task t RUNNING");

        assertThat(desk().follow(request.build(), "u", ExecutionObserver.NONE)).isEmpty();
        assertThat(desk().follow(request.build(), "no such task", ExecutionObserver.NONE))
                .isEmpty();
    }

    @Test
    void waitingTasksSayWhy() throws Exception {
        var heard = new Heard();
        var request = submit(spec(TWO_TASKS), heard);
        var talk = executor.next();
        talk.queues("1 worker that fits is busy", "No worker fits: it has no `gpu`");
        heard.await("task t QUEUED");

        assertThat(desk().why(request.build()))
                .isEqualTo(new Causes(
                        List.of(),
                        Map.of(
                                "t", List.of("1 worker that fits is busy", "No worker fits: it has no `gpu`"),
                                "u", List.of("It needs `t`, which waits too"))));
        talk.runs();
        heard.await("task t RUNNING");
        assertThat(desk().why(request.build()))
                .isEqualTo(new Causes(List.of(), Map.of("u", List.of("It needs `t`, which runs"))));
        talk.ends(1);
        heard.awaitEnd();
        assertThat(desk().why(request.build())).isEqualTo(Causes.NONE);
    }

    @Test
    void buildBehindOthersSaysHowMany() throws Exception {
        var heard = new Heard();
        submit(spec(ONE_TASK), heard);
        heard.await("build RUNNING");
        submit(spec(ONE_TASK.replace("[a]", "[b]")), BuildObserver.NONE);
        var last = submit(spec(ONE_TASK.replace("[a]", "[c]")), BuildObserver.NONE);

        assertThat(desk().why(last.build()).build())
                .containsExactly("Build 3 waits for its turn: 1 build runs, 1 is before it");
        assertThat(book().underWay())
                .extracting(BuildRecord::id)
                .map(BuildId::value)
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    void bookListsTheNewestFirstAndByRepository() throws Exception {
        var heard = new Heard();
        var first = submit(spec(ONE_TASK), heard);
        executor.next().runs().ends(1);
        heard.awaitEnd();
        var second = submit(spec(ONE_TASK), BuildObserver.NONE);

        assertThat(book().recent(9, Optional.empty()))
                .extracting(BuildRecord::id)
                .containsExactly(second.build(), first.build());
        assertThat(book().recent(1, Optional.of("/repository")))
                .extracting(BuildRecord::id)
                .containsExactly(second.build());
        assertThat(book().recent(9, Optional.of("/elsewhere"))).isEmpty();
        assertThat(book().find(first.build()).orElseThrow().state()).isEqualTo(BuildState.FAILED);
    }

    /// Notes what is printed.
    public static final class Text implements ExecutionObserver {
        @GuardedBy("this")
        private final StringBuilder text = new StringBuilder();

        @Override
        public void queued(String reason) {}

        @Override
        public void running(WorkerId worker, boolean joined) {}

        @Override
        public synchronized void output(LogRecord entry) {
            text.append(entry.bytes().toStringUtf8());
        }

        public synchronized String now() {
            return text.toString();
        }

        public void await(String whole) throws InterruptedException {
            for (var i = 0; i < 4000 && now().length() < whole.length(); i++) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(now()).isEqualTo(whole);
        }
    }
}
