// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.steading.auth.Credentials;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.blob.ReadThroughBlobStore;
import build.steading.build.BuildId;
import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.BuildState;
import build.steading.build.Builds.Order;
import build.steading.build.FileDelivery;
import build.steading.build.RequestRecord;
import build.steading.build.Sources;
import build.steading.build.TaskRecord;
import build.steading.client.Access;
import build.steading.client.RemoteBuilds;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import build.steading.platform.RequestFacts;
import build.steading.source.Revision;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// A user's builds by the API, without his background process: in the benchmark's own, which is warm.
/// Thread-safe.
final class FarmClient implements AutoCloseable {
    private static final long TREES_REMEMBERED_BYTES = 1 << 20;

    private final RemoteCluster cluster;
    private final RemoteBuilds builds;
    private final MemoryBlobStore own = new MemoryBlobStore();
    private final Trees trees;

    /// @param home of a user who has joined the farm
    /// @param outbox a directory of its own
    FarmClient(Path home, Path outbox) {
        var credentials = new Credentials(home.resolve("farm"));
        this.cluster =
                RemoteCluster.connect(credentials.server(), new Access.Member(credentials), "", RetryPolicy.STANDARD);
        var blobs = new ReadThroughBlobStore(own, cluster.blobs());
        this.trees = new Trees(blobs, TREES_REMEMBERED_BYTES);
        this.builds = cluster.builds(new RemoteBuilds.Site(
                blobs,
                trees,
                new NoSources(),
                new FileDelivery(blobs, trees, "farm"),
                outbox,
                place -> place,
                InstantSource.system()));
    }

    /// Returns a build of a project that has nothing but this definition.
    BuildSpec spec(String definition) {
        var file = new Node.File(Blobs.put(own, definition.getBytes(UTF_8)), false);
        var root = new TreeDraft().put("steading.yaml", file).store(trees);
        var name = definition.lines().findFirst().orElseThrow().substring("project: ".length());
        var revision = new Revision("a".repeat(40), root.hash(), "main", false, Instant.EPOCH, "Begin");
        var source = new SourceRef("bench:/" + name, "", "", revision);
        return BuildSpec.of(name, source, root);
    }

    /// Builds once, and returns when its end is known here.
    BuildRecord build(BuildSpec spec) throws InterruptedException {
        var end = new End();
        var _ = builds.submit(spec, new Order("ann", Optional.empty()), end);
        try {
            var last = end.record.get();
            if (last.state() != BuildState.SUCCEEDED) {
                throw new IllegalStateException("Build %s ended: %s".formatted(last.id(), last));
            }
            return last;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Has a command run that needs and makes nothing.
    ///
    /// @param salt what tells it from others that are the same
    void run(List<String> arguments, String salt) throws InterruptedException {
        var command = Command.newBuilder().addAllArguments(arguments).build();
        var action = Action.newBuilder()
                .setCommandDigest(Digests.toProto(Blobs.put(cluster.blobs(), command.toByteArray())))
                .setInputRootDigest(Digests.toProto(Blobs.put(cluster.blobs(), new byte[0])))
                .setSalt(ByteString.copyFromUtf8(salt))
                .build();
        var digest = Blobs.put(cluster.blobs(), action.toByteArray());
        var request = new ExecutionRequest(digest, false, RequestFacts.of("bench", "ann"), List.of());
        var outcome =
                cluster.executor().execute(request, ExecutionObserver.NONE).await();
        if (!(outcome instanceof Outcome.Completed(var result, var _, var _)) || result.getExitCode() != 0) {
            throw new IllegalStateException("%s ended: %s".formatted(arguments, outcome));
        }
    }

    /// Has something built and does not wait for it.
    BuildId submit(BuildSpec spec) {
        var accepted = builds.submit(spec, new Order("ann", Optional.empty()), BuildObserver.NONE);
        accepted.subscription().close();
        return accepted.request().build();
    }

    void withdraw(BuildId build) {
        var _ = builds.withdraw(build, List.of(), "ann");
    }

    /// Returns what the server says of itself, as JSON.
    String status() {
        return builds.status();
    }

    @Override
    public void close() {
        cluster.close();
    }

    private static final class End implements BuildObserver {
        private final CompletableFuture<BuildRecord> record = new CompletableFuture<>();

        @Override
        public void build(BuildRecord build) {}

        @Override
        public void task(TaskRecord task) {}

        @Override
        public void output(TaskRecord task, LogPosition at, LogRecord entry) {}

        @Override
        public void request(RequestRecord request) {}

        @Override
        public void ended(BuildRecord build) {
            record.complete(build);
        }
    }

    /// There is no repository: nothing is ever lost.
    private static final class NoSources implements Sources {
        @Override
        public Digest restore(SourceRef source) {
            throw new IllegalStateException("The input was lost");
        }

        @Override
        public List<String> ancestry(SourceRef source, int limit) {
            return List.of();
        }
    }
}
