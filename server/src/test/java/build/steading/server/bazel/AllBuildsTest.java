// SPDX-License-Identifier: Apache-2.0
package build.steading.server.bazel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.events.BuildEvent;
import build.steading.build.Accepted;
import build.steading.build.BuildBook;
import build.steading.build.BuildDesk;
import build.steading.build.BuildId;
import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.BuildRecords.Query;
import build.steading.build.BuildSpec;
import build.steading.build.BuildState;
import build.steading.build.Builds;
import build.steading.build.Causes;
import build.steading.build.Following;
import build.steading.build.RequestRecord;
import build.steading.build.Subscription;
import build.steading.build.TaskRecord;
import build.steading.execute.ExecutionObserver;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import build.steading.server.bazel.InvocationBook.Limits;
import build.steading.server.bazel.InvocationBook.Source;
import build.steading.server.sql.SqliteBuildRecords;
import build.steading.server.sql.SqliteDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is seen of an invocation of Bazel while it goes on.
class AllBuildsTest {
    private static final Source INVOCATION = new Source("i", claimed -> claimed);
    private static final Limits PATIENT = new Limits(9, Duration.ofMinutes(5));

    @TempDir
    private Path directory;

    private final Resources resources = new Resources();
    private Instant now = Events.BEGUN.plusSeconds(1);
    private SqliteBuildRecords records;

    @BeforeEach
    void open() {
        records = new SqliteBuildRecords(resources.add(new SqliteDatabase(directory.resolve("records.db"))));
    }

    @AfterEach
    void close() {
        resources.close();
    }

    private InvocationBook book(Limits limits) {
        InstantSource clock = () -> now;
        return resources.add(new InvocationBook(records, clock, limits));
    }

    private AllBuilds builds(InvocationBook book) {
        var own = new Stored();
        return new AllBuilds(own, own, book);
    }

    private static void tell(InvocationBook book, long number, BuildEvent.Builder event) {
        book.add(INVOCATION, number, Optional.of(event.build()), false);
    }

    private static void introduce(InvocationBook book) {
        tell(book, 1, Events.started());
        tell(book, 2, Events.workspace());
        tell(book, 3, Events.configured("//a:lib"));
        tell(book, 4, Events.configured("//b"));
        tell(book, 5, Events.completed("//a:lib", true));
    }

    private static List<String> tasks(BuildRecord build) {
        return build.tasks().stream()
                .map(task -> task.name() + " " + task.state())
                .toList();
    }

    @Test
    void isUnderWayFromWhenItIsKnownWhoBuildsWhat() {
        var book = book(PATIENT);
        var builds = builds(book);
        tell(book, 1, Events.started());
        assertThat(builds.underWay()).isEmpty();

        introduce(book);

        var build = builds.underWay().getFirst();
        assertThat(build.state()).isEqualTo(BuildState.RUNNING);
        assertThat(build.ended()).isEmpty();
        assertThat(build.spec().source().revision().name()).isEqualTo("0123456789ab");
        assertThat(tasks(build)).containsExactly("//a:lib SUCCEEDED", "//b WAITING");
        assertThat(builds.find(build.id())).contains(build);
        assertThat(builds.recent(5, Optional.empty())).containsExactly(build);
        assertThat(builds.requests(build.id()).getFirst().requester()).isEqualTo("ann");
        assertThat(builds.why(build.id())).isEqualTo(Causes.NONE);
    }

    @Test
    void whoWatchesIsToldOfEachTargetAndOfTheEnd() {
        var book = book(PATIENT);
        var builds = builds(book);
        introduce(book);
        var id = builds.underWay().getFirst().id();
        var watcher = new Watcher();
        var left = new Watcher();

        try (var _ = builds.observe(id, watcher)) {
            builds.observe(id, left).close();
            tell(book, 6, Events.completed("//b", false));
            tell(book, 7, Events.finished(1, "BUILD_FAILURE"));
            book.add(INVOCATION, 8, Optional.empty(), true);
        }

        assertThat(left.heard).containsExactly("request OPEN", "build RUNNING");
        assertThat(watcher.heard)
                .containsExactly("request OPEN", "build RUNNING", "//b FAILED", "request ANSWERED", "ended FAILED");
        assertThat(builds.underWay()).isEmpty();
        assertThat(tasks(builds.find(id).orElseThrow())).containsExactly("//a:lib SUCCEEDED", "//b FAILED");
        assertThat(builds.requests(id)).extracting(RequestRecord::state).containsExactly(RequestRecord.State.ANSWERED);
    }

    @Test
    void nobodyButBazelStopsIt() {
        var book = book(PATIENT);
        var builds = builds(book);
        introduce(book);
        var id = builds.underWay().getFirst().id();

        assertThatThrownBy(() -> builds.withdraw(id, List.of(), "ann"))
                .isInstanceOf(SteadingException.class)
                .hasMessage("Build %s is done by Bazel: stop it there".formatted(id));
    }

    @Test
    void whatHasEndedIsForTheFarmItself() {
        var book = book(PATIENT);
        introduce(book);
        book.add(INVOCATION, 6, Optional.empty(), true);
        var own = new Stored();
        var builds = new AllBuilds(own, own, book);
        var ended = builds.recent(1, Optional.empty()).getFirst();

        var again = builds.submit(ended.spec(), new Builds.Order("ann", Optional.empty()), BuildObserver.NONE);
        assertThat(again.request().build()).isEqualTo(ended.id());
        assertThat(builds.observe(ended.id(), BuildObserver.NONE)).isEqualTo(Subscription.NONE);
        assertThat(builds.follow(ended.id(), "//b", ExecutionObserver.NONE)).isEmpty();
        assertThat(builds.why(ended.id()).build()).containsExactly("It waits");
        assertThat(builds.withdraw(ended.id(), List.of(), "ann")).isTrue();
        assertThat(own.asked).containsExactly("submit", "observe 1", "follow 1", "why 1", "withdraw 1");
    }

    @Test
    void goesOnInTheNextProcess() {
        var first = book(PATIENT);
        introduce(first);
        first.close();
        assertThat(records.builds(new Query.Unfinished())).isEmpty();

        var second = book(PATIENT);
        tell(second, 6, Events.completed("//b", true));
        var build = builds(second).underWay().getFirst();
        assertThat(build.spec().project()).isEqualTo("hello");
        assertThat(tasks(build)).containsExactly("//a:lib SUCCEEDED", "//b SUCCEEDED");
        tell(second, 7, Events.finished(0, "SUCCESS"));
        second.add(INVOCATION, 8, Optional.empty(), true);

        var ended = builds(second).recent(5, Optional.empty());
        assertThat(ended).extracting(BuildRecord::state).containsExactly(BuildState.SUCCEEDED);
        assertThat(ended).extracting(BuildRecord::created).containsExactly(Events.BEGUN);
    }

    @Test
    void whatIsToldIsStoredNowAndThen() {
        var book = book(PATIENT);
        introduce(book);
        now = now.plusSeconds(30);
        tell(book, 6, Events.completed("//b", true));

        assertThat(tasks(new Stored().recent(1, Optional.empty()).getFirst()))
                .containsExactly("//a:lib SUCCEEDED", "//b SUCCEEDED");
    }

    @Test
    void isBrokenOffWhenBazelHangsUpAndDoesNotComeBack() throws InterruptedException {
        var book = book(new Limits(9, Duration.ofMillis(50)));
        var builds = builds(book);
        introduce(book);
        var id = builds.underWay().getFirst().id();
        var watcher = new Watcher();
        try (var _ = builds.observe(id, watcher)) {
            book.hungUp(INVOCATION.id());
            watcher.awaitEnd();
        }

        assertThat(watcher.heard).endsWith("request WITHDRAWN", "ended CANCELLED");
        assertThat(builds.underWay()).isEmpty();
        var build = builds.find(id).orElseThrow();
        assertThat(build.note()).isEqualTo("it did not say how it ended");
        assertThat(tasks(build)).containsExactly("//a:lib SUCCEEDED", "//b SKIPPED");

        tell(book, 6, Events.completed("//b", true));
        assertThat(builds.underWay()).extracting(BuildRecord::id).containsExactly(id);
    }

    @Test
    void isNotBrokenOffAsLongAsSomebodyTells() throws InterruptedException {
        var patience = Duration.ofMillis(100);
        var book = book(new Limits(9, patience));
        introduce(book);

        book.hungUp(INVOCATION.id());
        tell(book, 6, Events.completed("//b", true));
        Thread.sleep(patience.multipliedBy(3));

        assertThat(builds(book).underWay()).hasSize(1);
    }

    /// Writes down what it is told.
    private static final class Watcher implements BuildObserver {
        private final List<String> heard = new ArrayList<>();
        private final CountDownLatch end = new CountDownLatch(1);

        void awaitEnd() throws InterruptedException {
            assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void build(BuildRecord build) {
            heard.add("build " + build.state());
        }

        @Override
        public void task(TaskRecord task) {
            heard.add(task.name() + " " + task.state());
        }

        @Override
        public void output(TaskRecord task, LogPosition at, LogRecord entry) {}

        @Override
        public void request(RequestRecord request) {
            heard.add("request " + request.state());
        }

        @Override
        public void ended(BuildRecord build) {
            heard.add("ended " + build.state());
            end.countDown();
        }
    }

    /// A farm that notes what its desk is asked for.
    private final class Stored implements BuildDesk, BuildBook {
        private final List<String> asked = new ArrayList<>();

        @Override
        public Optional<BuildRecord> find(BuildId id) {
            return records.builds(new Query.ById(id)).stream().findFirst();
        }

        @Override
        public List<BuildRecord> recent(int limit, Optional<String> repository) {
            return records.builds(new Query.Recent(limit, repository));
        }

        @Override
        public List<BuildRecord> underWay() {
            return records.builds(new Query.Unfinished());
        }

        @Override
        public List<RequestRecord> requests(BuildId id) {
            return records.requests(id);
        }

        @Override
        public Accepted submit(BuildSpec spec, Builds.Order order, BuildObserver observer) {
            asked.add("submit");
            return new Accepted(requests(new BuildId(1)).getFirst(), Subscription.NONE);
        }

        @Override
        public boolean withdraw(BuildId id, List<Long> requests, String by) {
            asked.add("withdraw " + id);
            return true;
        }

        @Override
        public Subscription observe(BuildId id, BuildObserver observer) {
            asked.add("observe " + id);
            return Subscription.NONE;
        }

        @Override
        public Optional<Following> follow(BuildId id, String task, ExecutionObserver observer) {
            asked.add("follow " + id);
            return Optional.empty();
        }

        @Override
        public Causes why(BuildId id) {
            asked.add("why " + id);
            return new Causes(List.of("It waits"), Map.of());
        }
    }
}
