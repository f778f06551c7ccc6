// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
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
    void executableTwinIsNoBlobOfItsOwn() {
        assertThat(BlobName.parse(BlobName.of(Digest.EMPTY, true))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "-01", "-+1", "-1 ", "/1", "-9223372036854775808"})
    void otherNamesAreNoBlobs(String end) {
        assertThat(BlobName.parse(HASH + end)).isEmpty();
        assertThat(BlobName.parse(HASH.toUpperCase(Locale.ROOT) + "-1")).isEmpty();
        assertThat(BlobName.parse(".new-1")).isEmpty();
    }
}
