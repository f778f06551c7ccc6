// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SizeLimitingBlobStoreTest extends BlobStoreContract {
    @Override
    protected BlobStore newStore() {
        return new SizeLimitingBlobStore(new MemoryBlobStore(), 100 << 20);
    }

    @Test
    void blobOfExactlyTheLimitIsStored() {
        var blobs = new SizeLimitingBlobStore(new MemoryBlobStore(), 3);

        var digest = Blobs.put(blobs, new byte[3]);
        assertThat(blobs.findMissing(Set.of(digest))).isEmpty();
    }

    @Test
    void blobOneByteAboveTheLimitIsRefused() {
        var blobs = new SizeLimitingBlobStore(new MemoryBlobStore(), 3);
        var bytes = new byte[4];

        assertThatThrownBy(() -> Blobs.put(blobs, bytes))
                .hasMessage("Blob `%s` is larger than 3 bytes, the limit of this store", Digest.of(bytes));
        assertThat(blobs.findMissing(Set.of(Digest.of(bytes)))).isNotEmpty();
    }
}
