// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Command;
import build.steading.action.ActionCache;
import build.steading.action.MemoryActionCache;
import build.steading.blob.BlobContent;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.ActionExecutor;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.lifecycle.ManualClock;
import build.steading.lifecycle.Resources;
import build.steading.platform.RequestFacts;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a client's executor tells the server's services of an action that is on the client's machine.
class BroughtInputsTest {
    private static final Outcome DONE = FakeExecutor.completed(0);
    private static final Outcome KNOWN =
            new Outcome.Completed(FakeExecutor.completed(0).result(), true, List.of());
    private static final Duration LONGER_THAN_TRUST = Duration.ofMinutes(31);

    private final Resources resources = new Resources();
    private final ActionCache results = new MemoryActionCache(10);
    private final FakeExecutor behind = new FakeExecutor();
    private final MemoryBlobStore near = new MemoryBlobStore();
    private final MemoryBlobStore far = new MemoryBlobStore();
    private final Trees trees = new Trees(near, 1 << 20);
    private final ManualClock clock = new ManualClock();
    private final Queue<Set<Digest>> questions = new ConcurrentLinkedQueue<>();
    private final Queue<Set<Digest>> messages = new ConcurrentLinkedQueue<>();
    private final Digest command =
            Blobs.put(near, Command.newBuilder().addArguments("cc").build());
    private ActionExecutor executor;

    @BeforeEach
    void connect() {
        var server = resources.add(
                new InProcessServer(GrpcTest.config(GrpcTest.only(""), true), new Listening(), results, behind));
        executor = resources
                .add(RemoteCluster.over(server.channel(), "", RetryPolicy.STANDARD))
                .executor(near, trees, clock);
    }

    @AfterEach
    void close() {
        resources.close();
    }

    /// The server's store, as calls come to it.
    private final class Listening implements BlobStore {
        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            questions.add(digests);
            return far.findMissing(digests);
        }

        @Override
        public InputStream open(Digest digest) {
            return far.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            far.put(digest, content);
        }

        @Override
        public Map<Integer, Failure> putAll(List<BlobContent> contents) {
            messages.add(contents.stream().map(BlobContent::digest).collect(Collectors.toSet()));
            return BlobStore.super.putAll(contents);
        }
    }

    private Digest file(String text) {
        return Blobs.put(near, text.getBytes(UTF_8));
    }

    private Digest tree(String source) {
        return new TreeDraft()
                .put("include/a.h", new Node.File(file("header"), false))
                .put("a.c", new Node.File(file(source), false))
                .store(trees);
    }

    private Digest action(Digest root) {
        return Blobs.put(
                near,
                Action.newBuilder()
                        .setCommandDigest(Digests.toProto(command))
                        .setInputRootDigest(Digests.toProto(root))
                        .build());
    }

    /// Whether it is known, a server is asked before it is brought anything, as long as it knew the one before.
    @Test
    void knownResultIsAskedForWhileThatPays() throws Exception {
        var first = action(tree("first"));
        var second = action(tree("second"));
        var third = action(tree("third"));
        results.put(second, ActionResult.getDefaultInstance());
        results.put(third, ActionResult.getDefaultInstance());

        run(first, DONE);
        messages.clear();
        run(second, KNOWN);
        assertThat(messages).as("brought though it is known").hasSize(1);
        messages.clear();
        var request = new ExecutionRequest(third, false, RequestFacts.NONE, List.of());
        assertThat(executor.execute(request, ExecutionObserver.NONE).await())
                .isEqualTo(new Outcome.Completed(ActionResult.getDefaultInstance(), true, List.of()));
        assertThat(messages).isEmpty();
    }

    private void run(Digest action, Outcome... outcomes) throws InterruptedException {
        var request = new ExecutionRequest(action, false, RequestFacts.NONE, List.of());
        var execution = executor.execute(request, ExecutionObserver.NONE);
        for (var outcome : outcomes) {
            behind.next().end(outcome);
        }
        assertThat(execution.await()).isEqualTo(outcomes[outcomes.length - 1]);
    }

    @Test
    void smallActionComesInOneMessageWithoutBeingAskedFor() throws Exception {
        var root = tree("source");
        var action = action(root);

        run(action, DONE);

        assertThat(messages).hasSize(1);
        assertThat(messages.element()).hasSize(6).contains(action, command, root, file("source"), file("header"));
        assertThat(far.findMissing(messages.element())).isEmpty();
        assertThat(questions).isEmpty();
    }

    @Test
    void onlyWhatIsNewComesTheNextTime() throws Exception {
        run(action(tree("source")), DONE);
        messages.clear();
        var root = tree("edited");
        var action = action(root);

        run(action, DONE);

        assertThat(messages).containsExactly(Set.of(action, command, root, file("edited")));
    }

    @Test
    void muchIsAskedForBeforeItIsSent() throws Exception {
        var large = "x".repeat(64 << 10);
        var _ = Blobs.put(far, large.getBytes(UTF_8));

        run(action(tree(large)), DONE);

        assertThat(questions).hasSize(1);
        assertThat(messages).hasSize(1);
        assertThat(messages.element()).contains(file("header")).doesNotContain(file(large));
    }

    @Test
    void whatTheServerHasLostComesAgain() throws Exception {
        var action = action(tree("source"));
        run(action, DONE);
        messages.clear();

        run(action, new Outcome.NotRun(new Failure.MissingBlobs(Set.of(file("header")))), DONE);

        assertThat(messages).anySatisfy(sent -> assertThat(sent).contains(file("header"), file("source")));
    }

    @Test
    void whatTheServerWasBroughtLongAgoComesAgain() throws Exception {
        var action = action(tree("source"));
        run(action, DONE);
        messages.clear();

        clock.advance(LONGER_THAN_TRUST);
        run(action, DONE);

        assertThat(messages).anySatisfy(sent -> assertThat(sent).contains(file("header"), file("source")));
    }

    @Test
    void whatIsGoneHereIsAskedForThere() throws Exception {
        var lost = Blobs.put(far, new byte[] {1});
        var root = new TreeDraft().put("a.c", new Node.File(lost, false)).store(trees);

        run(action(root), DONE);

        assertThat(questions).hasSize(1);
        assertThat(messages).hasSize(1);
        assertThat(messages.element()).contains(root).doesNotContain(lost);
    }
}
