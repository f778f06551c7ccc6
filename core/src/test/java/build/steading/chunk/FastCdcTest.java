// SPDX-License-Identifier: Apache-2.0
package build.steading.chunk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The expected lengths come from another implementation, which gives the published ones for the published image.
class FastCdcTest {
    @Test
    @DisplayName("125: what all clients cut here, we cut here")
    void standardChunksOfEightMebibytes() throws Exception {
        assertThat(lengths(content(8 << 20), FastCdc.STANDARD))
                .containsExactly(
                        665189, 617992, 549416, 551400, 537721, 529168, 884673, 594561, 544207, 725857, 378868, 783339,
                        525419, 500798);
    }

    @Test
    void smallChunksOfAnotherAverage() throws Exception {
        assertThat(lengths(content(40_000), new FastCdc(1 << 10)))
                .containsExactly(
                        462, 1482, 369, 1669, 1058, 1088, 1137, 695, 670, 1243, 1611, 1119, 1284, 1348, 1368, 805, 1805,
                        1316, 1201, 1308, 761, 1183, 1318, 1157, 1307, 1131, 925, 2072, 1442, 2041, 1049, 1290, 1286);
    }

    @Test
    void whatIsTheSameEverywhereIsCutAtTheMaximum() throws Exception {
        var rule = new FastCdc(1 << 10);

        assertThat(lengths(new byte[10_000], rule)).containsExactly(4096, 4096, 1808);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256})
    void whatIsNoLongerThanTheMinimumIsOneChunk(int bytes) throws Exception {
        assertThat(lengths(content(bytes), new FastCdc(1 << 10))).containsExactly(bytes);
    }

    @Test
    void nothingHasNoChunks() throws Exception {
        assertThat(lengths(new byte[0], FastCdc.STANDARD)).isEmpty();
    }

    @Test
    void anInsertionChangesOnlyChunksNearby() throws Exception {
        var rule = new FastCdc(1 << 10);
        var before = content(200_000);
        var after = new byte[before.length + 3];
        System.arraycopy(before, 0, after, 3, before.length);

        var known = chunks(before, rule).stream().map(Arrays::hashCode).toList();
        var changed = chunks(after, rule).stream()
                .map(Arrays::hashCode)
                .filter(chunk -> !known.contains(chunk))
                .count();

        assertThat(known).hasSizeGreaterThan(100);
        assertThat(changed).isBetween(1L, 10L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512, 3 << 10, 2 << 20, Integer.MIN_VALUE})
    void averageThatNobodyCutsByIsRefused(int average) {
        assertThatIllegalArgumentException().isThrownBy(() -> new FastCdc(average));
    }

    private static List<Integer> lengths(byte[] content, FastCdc rule) throws IOException {
        return chunks(content, rule).stream().map(chunk -> chunk.length).toList();
    }

    private static List<byte[]> chunks(byte[] content, FastCdc rule) throws IOException {
        var chunks = new ArrayList<byte[]>();
        var reader = new ChunkReader(new ByteArrayInputStream(content), content.length, rule);
        for (var chunk = reader.next(); chunk.length > 0; chunk = reader.next()) {
            chunks.add(chunk);
        }
        return chunks;
    }

    /// Returns the SHA-256 of `0`, `1`, `2` and so on, one after the other.
    static byte[] content(int bytes) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            var content = new byte[(bytes + 31) / 32 * 32];
            for (var i = 0; i < content.length / 32; i++) {
                System.arraycopy(sha256.digest(Integer.toString(i).getBytes(US_ASCII)), 0, content, i * 32, 32);
            }
            return Arrays.copyOf(content, bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
