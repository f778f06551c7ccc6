// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.InputStream;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadThroughBlobStoreTest extends BlobStoreContract {
    private final MemoryBlobStore near = new MemoryBlobStore();
    private final MemoryBlobStore far = new MemoryBlobStore();
    private final ReadThroughBlobStore both = new ReadThroughBlobStore(near, far);

    @Override
    protected BlobStore newStore() {
        return new ReadThroughBlobStore(new MemoryBlobStore(), new MemoryBlobStore());
    }

    @Test
    void whatIsReadFromAfarIsKeptNear() {
        var digest = Blobs.put(far, new byte[] {1, 2});
        assertThat(both.findMissing(Set.of(digest))).isEmpty();

        assertThat(Blobs.read(both, digest)).containsExactly(1, 2);

        assertThat(near.findMissing(Set.of(digest))).isEmpty();
    }

    @Test
    void whatIsPutStaysNear() {
        var digest = Blobs.put(both, new byte[] {3});

        assertThat(near.findMissing(Set.of(digest))).isEmpty();
        assertThat(far.findMissing(Set.of(digest))).containsExactly(digest);
    }

    @Test
    void fullNearStoreIsPassedBy() {
        var full = new BlobStore() {
            @Override
            public Set<Digest> findMissing(Set<Digest> digests) {
                return digests;
            }

            @Override
            public InputStream open(Digest digest) {
                throw new SteadingException(new Failure.MissingBlobs(Set.of(digest)));
            }

            @Override
            public void put(Digest digest, InputStream content) {
                throw new SteadingException(new Failure.Unavailable("The disk is full"));
            }
        };
        var digest = Blobs.put(far, new byte[] {4});

        assertThat(Blobs.read(new ReadThroughBlobStore(full, far), digest)).containsExactly(4);
    }

    @Test
    void whatNeitherHasIsMissing() {
        var digest = Digest.of(new byte[] {5});

        assertThatThrownBy(() -> both.open(digest))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.MissingBlobs.class));
    }
}
