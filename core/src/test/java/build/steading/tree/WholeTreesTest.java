// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.lifecycle.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WholeTreesTest {
    private static final Duration TRUST = Duration.ofMinutes(30);

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Trees trees = new Trees(blobs, 1 << 20);
    private final ManualClock clock = new ManualClock();
    private final WholeTrees whole = new WholeTrees(clock, TRUST, 100);

    private Digest file(String text) {
        return Blobs.put(blobs, text.getBytes(StandardCharsets.UTF_8));
    }

    private Digest tree(String inA, String inB) {
        var draft = new TreeDraft();
        draft.put("a/x", new Node.File(file(inA), false));
        draft.put("b/y", new Node.File(file(inB), false));
        return draft.store(trees);
    }

    private Set<Digest> asked(Digest root) {
        var asked = new HashSet<Digest>();
        whole.require(trees, root, asked::addAll);
        return asked;
    }

    @Test
    void everythingIsAskedForOnce() {
        var root = tree("1", "2");

        assertThat(asked(root)).hasSize(5).contains(root, file("1"), file("2"));
        assertThat(asked(root)).isEmpty();
    }

    @Test
    void onlyWhatDiffersIsAskedFor() {
        asked(tree("1", "2"));
        var next = tree("1", "3");

        assertThat(asked(next)).hasSize(3).contains(next, file("3")).doesNotContain(file("1"));
    }

    @Test
    void trustEndsExactlyWhenItsTimeIsUp() {
        var root = tree("1", "2");
        asked(root);

        clock.advance(TRUST.minusNanos(1));
        assertThat(asked(root)).isEmpty();
        clock.advance(Duration.ofNanos(1));
        assertThat(asked(root)).hasSize(5);
    }

    @Test
    void treeIsNoYoungerThanWhatItRestsOn() {
        asked(tree("1", "2"));
        clock.advance(TRUST.minusSeconds(1));
        var next = tree("1", "3");
        asked(next);

        clock.advance(Duration.ofSeconds(1));

        assertThat(asked(next)).contains(next, file("1"));
    }

    @Test
    void filesThatAreKnownAreNotAskedForInAnotherDirectory() {
        var knowsFiles = new WholeTrees(clock, TRUST, 100, 100);
        var asked = new HashSet<Digest>();
        knowsFiles.require(trees, tree("1", "2"), _ -> {});
        var next = tree("2", "1");

        knowsFiles.require(trees, next, asked::addAll);

        assertThat(asked).hasSize(3).contains(next).doesNotContain(file("1"), file("2"));
    }

    @Test
    void directoryIsNoYoungerThanItsFiles() {
        var knowsFiles = new WholeTrees(clock, TRUST, 100, 100);
        var next = tree("2", "1");
        var asked = new HashSet<Digest>();
        knowsFiles.require(trees, tree("1", "2"), _ -> {});
        clock.advance(TRUST.minusSeconds(1));
        knowsFiles.require(trees, next, _ -> {});

        clock.advance(Duration.ofSeconds(1));
        knowsFiles.require(trees, next, asked::addAll);

        assertThat(asked).contains(next, file("1"), file("2"));
    }

    @Test
    void filesAreForgottenWithTheDirectories() {
        var knowsFiles = new WholeTrees(clock, TRUST, 100, 100);
        var asked = new HashSet<Digest>();
        knowsFiles.require(trees, tree("1", "2"), _ -> {});

        knowsFiles.forget();
        knowsFiles.require(trees, tree("2", "1"), asked::addAll);

        assertThat(asked).contains(file("1"), file("2"));
    }

    @Test
    void noMoreFilesAreRememberedThanIsAllowed() {
        var knowsOne = new WholeTrees(clock, TRUST, 100, 1);
        var asked = new HashSet<Digest>();
        knowsOne.require(trees, tree("1", "2"), _ -> {});

        knowsOne.require(trees, tree("2", "1"), asked::addAll);

        assertThat(asked.stream().filter(digest -> digest.equals(file("1")) || digest.equals(file("2"))))
                .hasSize(1);
    }

    @Test
    void failedCheckIsNotRemembered() {
        var root = tree("1", "2");
        assertThatThrownBy(() -> whole.require(trees, root, new WholeTrees.Check() {
                    @Override
                    public void accept(Set<Digest> batch) {}

                    @Override
                    public void finish() {
                        throw new IllegalStateException("missing");
                    }
                }))
                .hasMessage("missing");

        assertThat(asked(root)).hasSize(5);
    }

    @Test
    void forgottenIsAskedForAgain() {
        var root = tree("1", "2");
        asked(root);

        whole.forget();

        assertThat(asked(root)).hasSize(5);
    }
}
