// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.Builds.Order;
import build.steading.digest.Digest;
import build.steading.execute.WarmDirectory;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import build.steading.platform.Requirement;
import build.steading.source.Revision;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.api.io.TempDir;

/// Builds over memory and a scripted executor, for tests.
abstract class BuildsFixture {
    static final String CHAIN = """
        project: chain
        tasks:
          first:
            run: ["write a one"]
            outputs: [a]
          second:
            needs: [first]
            run: ["copy a b"]
            inputs: [none]
            outputs: [b]
          apart:
            run: ["write c three"]
            outputs: [c]
        """;

    final MemoryBlobStore blobs = new MemoryBlobStore();
    BlobStore blobsForBuilds = blobs;
    final Trees trees = new Trees(blobs, 1 << 20);
    final ScriptedExecutor executor = new ScriptedExecutor(blobs, trees);
    final MemoryBuildRecords records = new MemoryBuildRecords();
    final List<SourceRef> restored = new ArrayList<>();
    final List<String> warmSaved = new ArrayList<>();
    List<WarmDirectory> warmKnown = List.of();
    List<Duration> pauses = List.of(Duration.ZERO);
    List<Duration> recordedRuns = List.of();
    Telling telling = Telling.NOBODY;
    Delivery delivery = new FileDelivery(blobs, trees);
    Builds builds = open(8);

    @TempDir
    Path out;

    Builds open(int active) {
        var sources = new Sources() {
            @Override
            public Digest restore(SourceRef source) {
                restored.add(source);
                return Digest.EMPTY;
            }

            @Override
            public List<String> ancestry(SourceRef source, int limit) {
                return List.of("parent");
            }
        };
        var warm = new WarmRecords() {
            @Override
            public List<WarmDirectory> nearest(String task, List<String> commits) {
                return warmKnown;
            }

            @Override
            public void save(String task, String commit, List<WarmDirectory> directories) {
                warmSaved.add(commit + " " + directories);
            }
        };
        TaskHistory history = (project, task, limit) -> recordedRuns;
        var ports = new Builds.Ports(
                blobsForBuilds, executor, Platforms.OURS, sources, warm, records, history, delivery, telling);
        return new Builds(
                ports, trees, new Plans(blobs, trees), new Builds.Limits(active, 4, 5, pauses), InstantSource.system());
    }

    @AfterEach
    void close() {
        builds.close();
    }

    BuildSpec spec(String yaml, List<String> tasks) {
        var draft = new TreeDraft();
        var file = Blobs.put(blobs, yaml.getBytes(StandardCharsets.UTF_8));
        draft.put("steading.yaml", new Node.File(file, false));
        var revision = new Revision("c".repeat(40), "t".repeat(40), "main", false, Instant.EPOCH, "Subject");
        return new BuildSpec(
                "project",
                new SourceRef("/repository", "", "", revision),
                draft.store(trees),
                Map.of(),
                Map.of(),
                tasks,
                Optional.empty(),
                false,
                Requirement.ANY);
    }

    BuildSpec spec(String yaml) {
        return spec(yaml, List.of());
    }

    /// Returns the same from a repository that was cloned.
    static BuildSpec from(BuildSpec spec, String url) {
        var source = spec.source();
        return with(spec, new SourceRef(source.repository(), url, source.directory(), source.revision()), spec.root());
    }

    /// Returns the same of another commit.
    static BuildSpec at(BuildSpec spec, char commit) {
        return with(spec, String.valueOf(commit).repeat(40), false);
    }

    /// Returns the same as a snapshot.
    static BuildSpec uncommitted(BuildSpec spec) {
        return with(spec, spec.source().revision().commit(), true);
    }

    private static BuildSpec with(BuildSpec spec, String commit, boolean uncommitted) {
        var source = spec.source();
        var revision = new Revision(commit, "t".repeat(40), "main", uncommitted, Instant.EPOCH, "Subject");
        return with(spec, new SourceRef(source.repository(), source.url(), source.directory(), revision), spec.root());
    }

    private static BuildSpec with(BuildSpec spec, SourceRef source, Digest root) {
        return new BuildSpec(
                spec.project(),
                source,
                root,
                spec.options(),
                spec.matrix(),
                spec.tasks(),
                spec.command(),
                spec.force(),
                Requirement.ANY);
    }

    Order order() {
        return new Order("ann", Optional.of(out.resolve("main")));
    }

    BuildRecord await(BuildId id) throws InterruptedException {
        var end = new CountDownLatch(1);
        builds.observe(id, new Silent() {
            @Override
            public void ended(BuildRecord build) {
                end.countDown();
            }
        });
        assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
        return builds.find(id).orElseThrow();
    }

    BuildRecord build(BuildSpec spec) throws InterruptedException {
        return await(builds.submit(spec, order()).build());
    }

    void awaitRunning(String script) throws InterruptedException {
        for (var i = 0; i < 2000 && !executor.ran.contains(script); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(executor.ran).contains(script);
    }

    static List<String> states(BuildRecord build) {
        return build.tasks().stream()
                .map(task -> task.name() + " " + task.state())
                .toList();
    }

    /// An observer that does nothing.
    abstract static class Silent implements BuildObserver {
        @Override
        public void build(BuildRecord build) {}

        @Override
        public void task(TaskRecord task) {}

        @Override
        public void output(TaskRecord task, LogPosition at, LogRecord entry) {}

        @Override
        public void request(RequestRecord request) {}
    }
}
