// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.tree.DirectoryBuilder;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InputKeeperTest {
    private static final Instant NOON = Instant.EPOCH.plus(Duration.ofHours(12));

    private final Watched blobs = new Watched();
    private final InputKeeper keeper = new InputKeeper(blobs);
    private final Digest file = Blobs.put(blobs, new byte[] {1});
    private final Digest shared =
            Blobs.put(blobs, new DirectoryBuilder().file("f", file, false).build());
    private final Digest root =
            Blobs.put(blobs, new DirectoryBuilder().directory("d", shared).build());

    @Test
    void everythingBelowARootIsAskedForOnceAnHour() {
        keeper.keep(Set.of(root), NOON);
        assertThat(blobs.asked).containsExactlyInAnyOrder(root, shared, file);
        blobs.asked.clear();

        keeper.keep(Set.of(root), NOON.plus(Duration.ofHours(1)).minusNanos(1));
        assertThat(blobs.asked).isEmpty();
        keeper.keep(Set.of(root), NOON.plus(Duration.ofHours(1)));
        assertThat(blobs.asked).containsExactlyInAnyOrder(root, shared, file);
    }

    @Test
    void sharedDirectoriesCostNothingMore() {
        keeper.keep(Set.of(root), NOON);
        blobs.asked.clear();
        var another =
                Blobs.put(blobs, new DirectoryBuilder().directory("e", shared).build());

        keeper.keep(Set.of(root, another), NOON);

        assertThat(blobs.asked).containsExactlyInAnyOrder(another, shared);
    }

    @Test
    void rootThatIsGoneOrBrokenHarmsNoOther() {
        var broken = Blobs.put(blobs, new byte[] {(byte) 0xff});
        var gone = Digest.of(new byte[] {9});

        keeper.keep(Set.of(broken, gone, root), NOON);

        assertThat(blobs.asked).contains(file);
    }

    private static final class Watched implements BlobStore {
        private final BlobStore next = new MemoryBlobStore();
        private final List<Digest> asked = new ArrayList<>();

        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            asked.addAll(digests);
            return next.findMissing(digests);
        }

        @Override
        public InputStream open(Digest digest) {
            return next.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            next.put(digest, content);
        }
    }
}
