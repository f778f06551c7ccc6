// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 131_071, 131_072, 131_073, 1_000_000})
    void whatWasCompressedExpandsToTheSame(int size) throws IOException {
        var content = content(size);

        assertThat(expanded(compressed(content), Digest.of(content))).isEqualTo(content);
    }

    @Test
    void framesMayFollowOneAnother() throws IOException {
        var content = content(300_000);
        var frames = new SequenceInputStream(
                new ByteArrayInputStream(compressed(Arrays.copyOf(content, 100_000))),
                new ByteArrayInputStream(compressed(Arrays.copyOfRange(content, 100_000, 300_000))));

        assertThat(Compression.ZSTD.expanded(frames, Digest.of(content)).readAllBytes())
                .isEqualTo(content);
    }

    @Test
    void nothingExpandsFarBeyondItsDigest() throws IOException {
        assertThat(expanded(compressed(new byte[50_000_000]), Digest.of(new byte[1_000])))
                .hasSize(1_001);
    }

    @Test
    void brokenFramesAreInvalid() throws IOException {
        var content = content(10_000);
        var whole = compressed(content);

        for (var broken : new byte[][] {content, Arrays.copyOf(whole, whole.length - 1)}) {
            assertThatThrownBy(() -> expanded(broken, Digest.of(content)))
                    .isInstanceOf(SteadingException.class)
                    .hasMessageContaining("broken zstd");
        }
    }

    private static byte[] content(int size) {
        var content = new byte[size];
        new Random(size).nextBytes(content);
        Arrays.fill(content, 0, size / 2, (byte) 'x');
        return content;
    }

    private static byte[] compressed(byte[] content) throws IOException {
        try (var frames = Compression.ZSTD.compressed(new ByteArrayInputStream(content))) {
            return frames.readAllBytes();
        }
    }

    private static byte[] expanded(byte[] frames, Digest digest) throws IOException {
        try (var content = Compression.ZSTD.expanded(new ByteArrayInputStream(frames), digest)) {
            return content.readAllBytes();
        }
    }
}
