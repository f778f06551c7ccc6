// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockSumsTest {
    private static final int BLOCK_BYTES = 256 << 10;

    private final BlockSums sums = new BlockSums();
    private final AtomicInteger found = new AtomicInteger();

    private static byte[] bytes(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private byte[] read(byte[] stored, Digest digest) throws IOException {
        try (var content = sums.verify(new ByteArrayInputStream(stored), digest, found::incrementAndGet)) {
            return content.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 * BLOCK_BYTES - 1, 5 * BLOCK_BYTES + 1})
    void goodBytesPassHoweverOftenTheyAreRead(int size) throws IOException {
        var bytes = bytes(size);
        for (var i = 0; i < 3; i++) {
            assertThat(read(bytes, Digest.of(bytes))).isEqualTo(bytes);
        }
        assertThat(found).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, BLOCK_BYTES - 1, BLOCK_BYTES, 5 * BLOCK_BYTES})
    void bytesThatWentBadSinceAreFoundOut(int place) throws IOException {
        var bytes = bytes(5 * BLOCK_BYTES + 1);
        var digest = Digest.of(bytes);
        read(bytes, digest);

        bytes[place] ^= 4;
        assertThatThrownBy(() -> read(bytes, digest)).isInstanceOf(CorruptBlobException.class);
        assertThat(found).hasValue(1);
    }

    @Test
    void otherLengthsAreFoundOut() throws IOException {
        var bytes = bytes(5 * BLOCK_BYTES);
        var digest = Digest.of(bytes);
        for (var i = 0; i < 2; i++) {
            for (var length : new int[] {bytes.length - 1, bytes.length + 1, BLOCK_BYTES, 0}) {
                assertThatThrownBy(() -> read(Arrays.copyOf(bytes, length), digest))
                        .isInstanceOf(CorruptBlobException.class);
            }
            read(bytes, digest);
        }
    }

    @Test
    void nothingIsLearnedFromBadBytes() throws IOException {
        var bytes = bytes(5 * BLOCK_BYTES);
        var digest = Digest.of(bytes);
        var bad = bytes.clone();
        bad[7]++;

        assertThatThrownBy(() -> read(bad, digest)).isInstanceOf(CorruptBlobException.class);
        assertThatThrownBy(() -> read(bad, digest)).isInstanceOf(CorruptBlobException.class);
        assertThat(read(bytes, digest)).isEqualTo(bytes);
    }

    @Test
    void readingInDropsIsVerifiedToo() throws IOException {
        var bytes = bytes(5 * BLOCK_BYTES + 3);
        var digest = Digest.of(bytes);
        for (var i = 0; i < 2; i++) {
            try (var content = sums.verify(new ByteArrayInputStream(bytes), digest, found::incrementAndGet)) {
                content.skipNBytes(BLOCK_BYTES + 1);
                assertThat(content.read()).isEqualTo(bytes[BLOCK_BYTES + 1] & 0xff);
                assertThat(content.readNBytes(10))
                        .isEqualTo(Arrays.copyOfRange(bytes, BLOCK_BYTES + 2, BLOCK_BYTES + 12));
                content.transferTo(OutputStream.nullOutputStream());
                assertThat(content.read()).isEqualTo(-1);
            }
        }
    }
}
