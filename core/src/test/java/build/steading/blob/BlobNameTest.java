// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobNameTest {
    private static final String HASH = Digest.EMPTY.hash();

    @Test
    void nameOfABlobReadsBack() {
        var digest = new Digest(HASH, Long.MAX_VALUE);

        assertThat(BlobName.parse(BlobName.of(digest, false))).contains(digest);
    }

    @Test
    void blobsByAnotherFunctionHaveItInTheirNames() {
        var digest = new Digest(HashFunction.BLAKE3, HASH, 7);

        assertThat(BlobName.of(digest, false)).isEqualTo(HASH + "-7.blake3");
        assertThat(BlobName.parse(HASH + "-7.blake3")).contains(digest);
        assertThat(BlobName.parse(BlobName.of(digest, true))).isEmpty();
        assertThat(BlobName.of(new Digest(HASH, 7), false)).isEqualTo(HASH + "-7");
    }

    @Test
    void executableTwinIsNoBlobOfItsOwn() {
        assertThat(BlobName.parse(BlobName.of(Digest.EMPTY, true))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "-01", "-+1", "-1 ", "/1", "-9223372036854775808", "-1.sha256", "-.blake3"})
    void otherNamesAreNoBlobs(String end) {
        assertThat(BlobName.parse(HASH + end)).isEmpty();
        assertThat(BlobName.parse(HASH.toUpperCase(Locale.ROOT) + "-1")).isEmpty();
        assertThat(BlobName.parse(".new-1")).isEmpty();
    }
}
