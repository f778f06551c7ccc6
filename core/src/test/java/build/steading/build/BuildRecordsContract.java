// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.build.BuildRecords.Query;
import build.steading.build.BuildSpec.SingleCommand;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.TaskRecord.Ending;
import build.steading.digest.Digest;
import build.steading.platform.Requirement;
import build.steading.source.Revision;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What every [BuildRecords] owes.
public abstract class BuildRecordsContract {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456Z");

    private static final AtomicInteger KEYS = new AtomicInteger();

    /// Returns records without anything in them.
    protected abstract BuildRecords records();

    private static BuildSpec spec(String repository) {
        return spec(repository, "https://example.org/r.git");
    }

    private static BuildSpec spec(String repository, String url) {
        var revision = new Revision("c".repeat(40), "t".repeat(40), "feature/ä", true, NOW, "Subject \u2713");
        return new BuildSpec(
                "project",
                new SourceRef(repository, url, "sub/dir", revision),
                Digest.of(new byte[] {1}),
                Map.of("opt", "O2"),
                Map.of("cc", "gcc"),
                List.of("compile"),
                Optional.of(new SingleCommand("make", List.of("out"), true)),
                true,
                Requirement.ANY);
    }

    private static BuildRecord fresh(String repository) {
        return BuildRecord.fresh(new BuildId(0), spec(repository), NOW);
    }

    private static RequestRecord request(boolean joined) {
        return new RequestRecord(
                0,
                new BuildId(0),
                "ann",
                Optional.of("ann@example.org"),
                "main",
                joined,
                NOW,
                Priority.PUSH,
                Optional.of(Path.of("/some/where")),
                RequestRecord.State.OPEN,
                "",
                joined ? "" : "key " + KEYS.incrementAndGet());
    }

    @Test
    void openedBuildIsFoundAsItWasGiven() {
        var records = records();
        var stored = records.open(fresh("/a"), request(false));

        assertThat(records.builds(new Query.ById(stored.build())))
                .containsExactly(BuildRecord.fresh(stored.build(), spec("/a"), NOW));
        assertThat(records.requests(stored.build())).containsExactly(stored);
    }

    @Test
    void numbersCountUp() {
        var records = records();
        var first = records.open(fresh("/a"), request(false));
        var second = records.open(fresh("/a"), request(false));

        assertThat(second.build()).isGreaterThan(first.build());
        assertThat(second.id()).isGreaterThan(first.id());
    }

    @Test
    void joiningRequestMakesNoBuild() {
        var records = records();
        var first = records.open(fresh("/a"), request(false));
        var build = BuildRecord.fresh(first.build(), spec("/a"), NOW);
        var second = records.open(build, request(true));

        assertThat(second.build()).isEqualTo(first.build());
        assertThat(records.builds(new Query.Recent(10, Optional.empty()))).hasSize(1);
        assertThat(records.requests(first.build())).containsExactly(first, second);
    }

    @Test
    void requestsForSeveralBuildsComeTogetherTheOldestFirst() {
        var records = records();
        var first = records.open(fresh("/a"), request(false));
        var other = records.open(fresh("/a"), request(false));
        var second = records.open(fresh("/a"), request(false));
        var joined = records.open(BuildRecord.fresh(first.build(), spec("/a"), NOW), request(true));

        assertThat(records.requests(List.of(second.build(), first.build()))).containsExactly(first, second, joined);
        assertThat(records.requests(List.of(other.build(), new BuildId(99)))).containsExactly(other);
        assertThat(records.requests(List.of())).isEmpty();
    }

    @Test
    void requestIsFoundByItsKey() {
        var records = records();
        var first = records.open(fresh("/a"), request(false));
        var second = records.open(fresh("/a"), request(false));

        assertThat(records.request(second.key())).contains(second);
        assertThat(records.request(first.key())).contains(first);
        assertThat(records.request("key of nobody")).isEmpty();
    }

    @Test
    void requestsWithoutKeyAreAllKept() {
        var records = records();
        var first = records.open(fresh("/a"), request(true));
        var second = records.open(BuildRecord.fresh(first.build(), spec("/a"), NOW), request(true));

        assertThat(records.requests(first.build())).containsExactly(first, second);
    }

    @Test
    void savedBuildReplacesWhatWasKnown() {
        var records = records();
        var request = records.open(fresh("/a"), request(false));
        var task = TaskRecord.waiting("compile[cc=gcc]")
                .ready(Digest.of(new byte[] {2}), NOW)
                .running("worker", true, NOW)
                .ended(new Ending(TaskState.FAILED, 3, false, true, "It failed"), NOW.plusSeconds(1))
                .with("worker", Optional.of(Digest.of(new byte[] {3})), Optional.of(Digest.of(new byte[] {4})));
        var ended = BuildRecord.fresh(request.build(), spec("/a"), NOW)
                .started(NOW, List.of(task, TaskRecord.waiting("test")))
                .ended(BuildState.FAILED, "note", NOW.plusSeconds(2), Optional.of(Digest.EMPTY));
        var answered = request.closed(RequestRecord.State.UNDELIVERED, "disk full");

        records.save(ended, List.of(answered), List.of());
        records.save(ended, List.of(answered), List.of());

        assertThat(records.builds(new Query.ById(request.build()))).containsExactly(ended);
        assertThat(records.requests(request.build())).containsExactly(answered);
    }

    @Test
    void severalBuildsComeWithTheirOwnTasksInOrder() {
        var records = records();
        var first = records.open(fresh("/a"), request(false));
        var second = records.open(fresh("/a"), request(false));
        var bare = records.open(fresh("/a"), request(false));
        records.save(tasks(second.build(), "b", "a"), List.of(), List.of());
        records.save(tasks(first.build(), "c", "b"), List.of(), List.of());

        assertThat(records.builds(new Query.Recent(9, Optional.empty())))
                .containsExactly(
                        BuildRecord.fresh(bare.build(), spec("/a"), NOW),
                        tasks(second.build(), "b", "a"),
                        tasks(first.build(), "c", "b"));
    }

    private static BuildRecord tasks(BuildId id, String... names) {
        var tasks = Stream.of(names).map(TaskRecord::waiting).toList();
        return BuildRecord.fresh(id, spec("/a"), NOW).started(NOW, tasks);
    }

    @Test
    void unfinishedBuildsComeOldestFirst() {
        var records = records();
        var first = records.open(fresh("/a"), request(false));
        var second = records.open(fresh("/a"), request(false));
        var third = records.open(fresh("/a"), request(false));
        records.save(
                BuildRecord.fresh(second.build(), spec("/a"), NOW)
                        .ended(BuildState.CANCELLED, "", NOW, Optional.empty()),
                List.of(),
                List.of());

        assertThat(records.builds(new Query.Unfinished()))
                .extracting(BuildRecord::id)
                .containsExactly(first.build(), third.build());
    }

    @Test
    void recentBuildsComeNewestFirstAndCanBeRestrictedToARepository() {
        var records = records();
        var a = records.open(fresh("/a"), request(false)).build();
        var b = records.open(fresh("/b"), request(false)).build();
        var c = records.open(fresh("/a"), request(false)).build();

        assertThat(records.builds(new Query.Recent(2, Optional.empty())))
                .extracting(BuildRecord::id)
                .containsExactly(c, b);
        assertThat(records.builds(new Query.Recent(9, Optional.of("/a"))))
                .extracting(BuildRecord::id)
                .containsExactly(c, a);
    }

    /// Stores a build of a commit and an input that ended like this.
    private static BuildId ended(BuildRecords records, BuildSpec spec, BuildState state) {
        var id = records.open(BuildRecord.fresh(new BuildId(0), spec, NOW), request(false))
                .build();
        records.save(
                BuildRecord.fresh(id, spec, NOW).ended(state, "", NOW, Optional.of(Digest.EMPTY)),
                List.of(),
                List.of());
        return id;
    }

    private static BuildSpec committed(char commit, int input) {
        var spec = spec("/a");
        var source = spec.source();
        var revision = new Revision(String.valueOf(commit).repeat(40), "t".repeat(40), "main", false, NOW, "Subject");
        return new BuildSpec(
                spec.project(),
                new SourceRef(source.repository(), source.url(), source.directory(), revision),
                Digest.of(new byte[] {(byte) input}),
                spec.options(),
                spec.matrix(),
                spec.tasks(),
                spec.command(),
                false,
                Requirement.ANY);
    }

    private static List<BuildId> inPlaceOf(BuildRecords records, BuildSpec wanted, String... commits) {
        var ids = Stream.of(commits).map(commit -> commit.repeat(40)).toList();
        return records.builds(new Query.InPlaceOf(wanted, ids, 9)).stream()
                .map(BuildRecord::id)
                .toList();
    }

    @Test
    void buildsOfTheSameInputStandInBeforeThoseOfOtherCommitsAndNewerOnesBeforeOlder() {
        var records = records();
        var older = ended(records, committed('b', 2), BuildState.SUCCEEDED);
        var equal = ended(records, committed('e', 1), BuildState.SUCCEEDED);
        var nearer = ended(records, committed('c', 3), BuildState.SUCCEEDED);
        var again = ended(records, committed('c', 3).forced(), BuildState.SUCCEEDED);
        ended(records, committed('x', 4), BuildState.SUCCEEDED);

        assertThat(inPlaceOf(records, committed('d', 1), "d", "c", "b")).containsExactly(equal, again, nearer, older);
        assertThat(inPlaceOf(records, committed('d', 1))).containsExactly(equal);
        assertThat(inPlaceOf(records, committed('d', 9), "b")).containsExactly(older);
        assertThat(inPlaceOf(records, committed('d', 9), "d")).isEmpty();
    }

    @Test
    void onlyBuildsThatSucceededAndDoTheSameToCommittedSourcesStandIn() {
        var records = records();
        ended(records, committed('b', 1), BuildState.FAILED);
        ended(records, committed('b', 1), BuildState.CANCELLED);
        ended(records, committed('b', 1).withOptions(Map.of("opt", "O3")), BuildState.SUCCEEDED);
        ended(records, spec("/a"), BuildState.SUCCEEDED);
        records.open(BuildRecord.fresh(new BuildId(0), committed('b', 1), NOW), request(false));

        assertThat(inPlaceOf(records, committed('b', 1), "b", "c")).isEmpty();
    }

    private static BuildRecord finished(BuildRecords records, String url, BuildState state, int second) {
        var spec = spec("/clone/" + second, url);
        var id = records.open(BuildRecord.fresh(new BuildId(0), spec, NOW), request(false))
                .build();
        var ended = BuildRecord.fresh(id, spec, NOW).ended(state, "", NOW.plusSeconds(second), Optional.empty());
        records.save(ended, List.of(), List.of());
        return ended;
    }

    @Test
    void previousBuildIsTheOneThatEndedLastOnTheSameBranch() {
        var records = records();
        var last = finished(records, "/a", BuildState.FAILED, 5);
        finished(records, "/a", BuildState.SUCCEEDED, 4);
        finished(records, "/a", BuildState.CANCELLED, 6);
        finished(records, "/b", BuildState.SUCCEEDED, 7);
        records.open(fresh("/a"), request(false));
        var now = finished(records, "/a", BuildState.SUCCEEDED, 8);

        assertThat(records.builds(new Query.Previous(now))).containsExactly(last);
    }

    @Test
    void firstBuildHasNoPrevious() {
        var records = records();
        var first = finished(records, "/a", BuildState.SUCCEEDED, 1);

        assertThat(records.builds(new Query.Previous(first))).isEmpty();
    }

    @Test
    void unknownBuildIsNotFound() {
        var records = records();

        assertThat(records.builds(new Query.ById(new BuildId(7)))).isEmpty();
        assertThat(records.requests(new BuildId(7))).isEmpty();
    }
}
