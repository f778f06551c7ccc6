// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PassingBlobStoreTest extends BlobStoreContract {
    private final MemoryBlobStore behind = new MemoryBlobStore();
    private final PassingBlobStore passing = new PassingBlobStore(behind, 100 << 10);

    @Override
    protected BlobStore newStore() {
        return new PassingBlobStore(new MemoryBlobStore(), 100 << 20);
    }

    @Test
    void whatIsSmallStaysInMemory() {
        var digest = Blobs.put(passing, new byte[] {1, 2});

        assertThat(behind.findMissing(Set.of(digest))).containsExactly(digest);
        assertThat(Blobs.read(passing, digest)).containsExactly(1, 2);
    }

    @Test
    void whatIsLargeOrElsewhereIsBehind() {
        var large = Blobs.put(passing, new byte[1 << 20]);
        var other = Blobs.put(behind, new byte[] {3});

        assertThat(behind.findMissing(Set.of(large))).isEmpty();
        assertThat(passing.findMissing(Set.of(large, other))).isEmpty();
        assertThat(Blobs.read(passing, other)).containsExactly(3);
    }

    @Test
    void whatWasNotUsedForTheLongestGoes() {
        var first = Blobs.put(passing, content(0));
        var second = Blobs.put(passing, content(1));
        for (var i = 2; i < 1_000; i++) {
            Blobs.put(passing, content(i));
            assertThat(passing.findMissing(Set.of(first))).isEmpty();
        }

        assertThat(passing.findMissing(Set.of(second))).containsExactly(second);
    }

    private static byte[] content(int number) {
        return ByteBuffer.allocate(1_000).putInt(number).array();
    }
}
