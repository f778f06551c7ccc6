// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.BlobStore;
import build.steading.build.Builds.Order;
import build.steading.digest.Digest;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What becomes of requests that builds of other revisions may answer.
class RangeTest extends BuildsFixture {
    private static final String OTHER = CHAIN.replace("write c three", "write c four");
    private static final String HANGING = "project: chain\ntasks: {t: {run: [hang]}}\n";

    private final Set<Digest> gone = ConcurrentHashMap.newKeySet();

    private Order range(String... commits) {
        var ids = Stream.of(commits).map(commit -> commit.repeat(40)).toList();
        return new Order("bob", Optional.empty(), Priority.INTERACTIVE, Optional.of(out.resolve("range")), ids, "");
    }

    private BuildRecord build(BuildSpec spec, Order order) throws InterruptedException {
        return await(builds.submit(spec, order).build());
    }

    @Test
    void finishedBuildInTheRangeAnswersAtOnce() throws Exception {
        var earlier = build(at(spec(CHAIN), 'a'));
        executor.ran.clear();

        var request = builds.submit(at(spec(OTHER), 'b'), range("b", "a"));

        assertThat(request.build()).isEqualTo(earlier.id());
        assertThat(request.state()).isEqualTo(RequestRecord.State.ANSWERED);
        assertThat(request.joined()).isTrue();
        assertThat(out.resolve("range/c")).hasContent("three");
        assertThat(executor.ran).isEmpty();
        assertThat(builds.requests(earlier.id())).hasSize(2).contains(request);
        assertThat(builds.find(earlier.id())).contains(earlier);
    }

    /// The end is told before the build leaves the list of those under way.
    @Test
    void requestThatIsAnsweredInTheMomentOfTheEndIsAmongTheRequests() throws Exception {
        var seen = new CompletableFuture<List<RequestRecord>>();
        builds.submit(at(spec(CHAIN), 'a'), order(), new Silent() {
            @Override
            public void ended(BuildRecord build) {
                builds.submit(at(spec(OTHER), 'b'), range("b", "a"));
                seen.complete(builds.requests(build.id()));
            }
        });

        assertThat(seen.get(20, TimeUnit.SECONDS)).hasSize(2);
    }

    @Test
    void buildOfTheNewestRevisionIsTheBest() throws Exception {
        var newer = build(at(spec(CHAIN.replace("three", "3")), 'b'));
        build(at(spec(CHAIN), 'a'));

        assertThat(builds.submit(at(spec(OTHER), 'c'), range("c", "b", "a")).build())
                .isEqualTo(newer.id());
    }

    @Test
    void buildOutsideOfTheRangeSatisfiesIfItsProjectWasTheSame() throws Exception {
        var outside = build(at(spec(CHAIN), 'x'));

        assertThat(builds.submit(at(spec(CHAIN), 'b'), range("b")).build()).isEqualTo(outside.id());
        assertThat(builds.submit(at(spec(OTHER), 'c'), range("c")).build()).isNotEqualTo(outside.id());
    }

    @Test
    void failedBuildNeitherSatisfiesNorBlocks() throws Exception {
        var failing = at(spec(CHAIN.replace("write a one", "exit 1")), 'a');
        assertThat(build(failing).state()).isEqualTo(BuildState.FAILED);
        executor.ran.clear();

        var again = build(failing, range("a"));

        assertThat(again.state()).isEqualTo(BuildState.FAILED);
        assertThat(executor.ran).contains("exit 1");
    }

    @Test
    void otherOptionsAndSnapshotsDoNotSatisfy() throws Exception {
        var options = CHAIN + "options: {opt: {values: [a, b]}}\n";
        var first = build(at(spec(options), 'a').withOptions(Map.of("opt", "b")));
        var snapshot = build(uncommitted(at(spec(CHAIN), 'a')));

        assertThat(build(at(spec(options), 'a'), range("a")).id()).isNotEqualTo(first.id());
        assertThat(build(at(spec(CHAIN), 'a'), range("a")).id()).isNotEqualTo(snapshot.id());
    }

    @Test
    void plainRequestGetsABuildOfItsOwn() throws Exception {
        var first = build(at(spec(CHAIN), 'a'));

        var second = build(at(spec(CHAIN), 'b'));

        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.tasks())
                .allSatisfy(task -> assertThat(task.how().cached()).isTrue());
    }

    @Test
    void buildWhoseArtifactsAreGoneIsMadeAgain() throws Exception {
        builds.close();
        blobsForBuilds = new Forgetful();
        builds = open(8);
        var first = build(at(spec(CHAIN), 'a'));
        gone.add(Digest.of("three".getBytes(StandardCharsets.UTF_8)));

        var second = builds.submit(at(spec(CHAIN), 'a'), range("a"));

        assertThat(second.build()).isNotEqualTo(first.id());
        assertThat(second.state()).isEqualTo(RequestRecord.State.OPEN);
    }

    @Test
    void artifactsOfALaterBuildGiveWayToThoseAskedFor() throws Exception {
        var earlier = build(at(spec(CHAIN), 'a'));
        builds.submit(at(spec(CHAIN), 'a'), range("a"));
        build(at(spec(OTHER), 'b'), new Order("bob", Optional.of(out.resolve("range"))));
        assertThat(out.resolve("range/c")).hasContent("four");

        var request = builds.submit(at(spec(CHAIN), 'a'), range("a"));

        assertThat(request.build()).isEqualTo(earlier.id());
        assertThat(out.resolve("range/c")).hasContent("three");
    }

    @Test
    void artifactsThatCannotBePlacedAreSaidToBe() throws Exception {
        build(at(spec(CHAIN), 'a'));
        Files.writeString(out.resolve("range"), "in the way");

        assertThat(builds.submit(at(spec(CHAIN), 'a'), range("a")).state()).isEqualTo(RequestRecord.State.UNDELIVERED);
    }

    @Test
    void runningBuildInTheRangeIsJoined() throws Exception {
        var running = builds.submit(at(spec(HANGING), 'a'), order());
        awaitRunning("hang");

        var joined = builds.submit(at(spec(CHAIN), 'b'), range("b", "a"));
        var apart = builds.submit(at(spec(OTHER), 'b'), order());

        assertThat(joined.build()).isEqualTo(running.build());
        assertThat(joined.joined()).isTrue();
        assertThat(apart.build()).isNotEqualTo(running.build());
        executor.release("hang");
        assertThat(await(running.build()).state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(builds.requests(running.build()))
                .extracting(RequestRecord::state)
                .containsOnly(RequestRecord.State.ANSWERED);
    }

    @Test
    void runningBuildIsJoinedRatherThanAQueuedOne() throws Exception {
        builds.close();
        builds = open(1);
        var queuedSpec = HANGING.replace("hang", "hang too");
        var running = builds.submit(at(spec(HANGING), 'a'), order());
        awaitRunning("hang");
        var queued = builds.submit(at(spec(queuedSpec), 'b'), order());

        assertThat(builds.submit(at(spec(CHAIN), 'c'), range("c", "b", "a")).build())
                .isEqualTo(running.build());
        assertThat(builds.submit(at(spec(CHAIN), 'c'), range("c", "b")).build()).isEqualTo(queued.build());
    }

    @Test
    void equalProjectsOfDifferentRevisionsShareOneBuild() throws Exception {
        var first = builds.submit(at(spec(HANGING), 'a'), order());
        awaitRunning("hang");

        assertThat(builds.submit(at(spec(HANGING), 'b'), order()).build()).isEqualTo(first.build());
    }

    /// Says of some blobs that they are not there.
    private final class Forgetful implements BlobStore {
        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            var missing = new HashSet<>(blobs.findMissing(digests));
            digests.stream().filter(gone::contains).forEach(missing::add);
            return missing;
        }

        @Override
        public InputStream open(Digest digest) {
            return blobs.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            blobs.put(digest, content);
        }
    }
}
