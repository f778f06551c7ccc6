// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.DirectoryBuilder;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReachableBlobsTest {
    private static final Digest GONE = Digest.of("gone".getBytes(UTF_8));

    private final Watched blobs = new Watched();
    private final ReachableBlobs reachable = new ReachableBlobs(blobs, 0);
    private final Digest file = Blobs.put(blobs, "file".getBytes(UTF_8));

    private Digest directory(String name, Digest content, Digest... below) {
        var directory = new DirectoryBuilder().file(name, content, false);
        for (var sub : below) {
            directory.directory(sub.hash(), sub);
        }
        return Blobs.put(blobs, directory.build());
    }

    @Test
    void everythingBelowADirectoryIsAskedFor() {
        var inner = directory("a", file);
        var outer = directory("b", file, inner);

        assertThat(reachable.walk().missing(outer)).isEmpty();
        assertThat(blobs.asked).contains(outer, inner, file);
    }

    @Test
    void whatIsAbsentIsNamedWhereverItIs() {
        assertThat(reachable.walk().missing(GONE)).containsExactly(GONE);
        assertThat(reachable.walk().missing(directory("b", file, directory("a", GONE))))
                .containsExactly(GONE);
        assertThat(reachable.missing(
                        ActionResult.newBuilder()
                                .setStdoutDigest(Digests.toProto(GONE))
                                .build(),
                        HashFunction.SHA256))
                .containsExactly(GONE);
    }

    @Test
    void resultWithoutBlobsCostsNoQuestion() {
        assertThat(reachable.missing(ActionResult.getDefaultInstance(), HashFunction.SHA256))
                .isEmpty();
        assertThat(blobs.asked).isEmpty();
    }

    @Test
    void walkLooksIntoSharedDirectoriesOnce() {
        var shared = directory("a", file);
        var walk = reachable.walk();
        walk.missing(directory("b", file, shared));
        blobs.opened.clear();

        walk.missing(directory("c", file, shared));

        assertThat(blobs.opened).hasSize(1);
        assertThat(walk.size()).isEqualTo(3);
    }

    @Test
    void blobThatIsNoDirectoryIsInvalid() {
        var broken = Blobs.put(blobs, new byte[] {(byte) 0xff});

        assertThatThrownBy(() -> reachable.walk().missing(broken))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class));
    }

    private static final class Watched implements BlobStore {
        private final BlobStore next = new MemoryBlobStore();
        private final List<Digest> asked = new ArrayList<>();
        private final List<Digest> opened = new ArrayList<>();

        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            asked.addAll(digests);
            return next.findMissing(digests);
        }

        @Override
        public InputStream open(Digest digest) {
            opened.add(digest);
            return next.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            next.put(digest, content);
        }
    }
}
