// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.steading.blob.BlobContent;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.schedule.WorkerId;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProvisionsTest {
    private static final WorkerId WORKER = new WorkerId("w");
    private static final int MOST_FILE_BYTES = 16 << 10;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Trees trees = new Trees(blobs, 0);
    private final Provisions provisions = new Provisions(blobs);
    private final Digest command =
            Blobs.put(blobs, Command.newBuilder().addArguments("cc").build());

    private Digest file(String text) {
        return Blobs.put(blobs, text.getBytes(StandardCharsets.UTF_8));
    }

    private Digest tree(Digest source) {
        return new TreeDraft()
                .put("usr/include/a.h", new Node.File(file("header"), false))
                .put("home/a.c", new Node.File(source, false))
                .store(trees);
    }

    private Digest action(Digest root) {
        return Blobs.put(
                blobs,
                Action.newBuilder()
                        .setCommandDigest(Digests.toProto(command))
                        .setInputRootDigest(Digests.toProto(root))
                        .build());
    }

    private List<Digest> given(Digest action) {
        return provisions.of(WORKER, action).stream().map(BlobContent::digest).toList();
    }

    @Test
    void actionComesWithAllOfItsInputs() {
        var root = tree(file("source"));
        var action = action(root);

        assertThat(given(action)).hasSize(8).contains(action, command, root, file("source"), file("header"));
    }

    @Test
    void givenBytesAreThoseOfTheBlobs() {
        var given = provisions.of(WORKER, action(tree(file("source"))));

        assertThat(given)
                .allSatisfy(blob ->
                        assertThat(Digest.of(blob.bytes().toByteArray())).isEqualTo(blob.digest()));
    }

    @Test
    void whatWasGivenIsNotGivenAgain() {
        var _ = given(action(tree(file("source"))));
        var root = tree(file("edited"));
        var action = action(root);

        assertThat(given(action)).hasSize(4).contains(action, root, file("edited"));
    }

    @Test
    void eachWorkerIsGivenEverything() {
        var action = action(tree(file("source")));
        var first = given(action);

        assertThat(provisions.of(new WorkerId("v"), action)).hasSameSizeAs(first);
    }

    @Test
    void workerThatBeginsAnewIsGivenEverythingAgain() {
        var action = action(tree(file("source")));
        var first = given(action);

        provisions.forget(WORKER);

        assertThat(given(action)).isEqualTo(first);
    }

    @Test
    void largeFilesAreLeftToTheWorker() {
        var fits = file("x".repeat(MOST_FILE_BYTES));
        var large = file("x".repeat(MOST_FILE_BYTES + 1));

        assertThat(given(action(tree(fits)))).contains(fits);
        assertThat(given(action(tree(large)))).doesNotContain(large);
    }

    @Test
    void whatDoesNotFitIsLeftToTheWorker() {
        var draft = new TreeDraft();
        for (var i = 0; i < 100; i++) {
            draft.put("f" + i, new Node.File(file(i + "x".repeat(4_000)), false));
        }

        var given = provisions.of(WORKER, action(draft.store(trees)));

        assertThat(given.stream().mapToLong(blob -> blob.bytes().size()).sum())
                .isBetween((128L << 10) - 4_100, 128L << 10);
    }

    @Test
    void whatIsMissingIsLeftToTheWorker() {
        var root = tree(Digest.of(new byte[] {1}));
        var action = action(root);

        assertThat(given(action)).contains(action, command, root);
        assertThat(given(Digest.of(new byte[] {2}))).isEmpty();
    }

    @Test
    void whatIsNoActionIsLeftToTheWorker() {
        var text = file("no action");

        assertThat(given(text)).containsExactly(text);
    }
}
