// SPDX-License-Identifier: Apache-2.0
package build.steading.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import build.bazel.remote.execution.v2.DigestFunction;
import build.steading.failure.SteadingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HashFunctionTest {
    @ParameterizedTest
    @DisplayName("126: published vectors of BLAKE3, whose inputs count from 0 to 250 again and again")
    @CsvSource({
        "0, af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        "1, 2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
        "1024, 42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
        "1025, d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
        "102400, bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
    })
    void blake3GivesThePublishedHashes(int bytes, String hash) throws IOException {
        var content = new byte[bytes];
        for (var i = 0; i < bytes; i++) {
            content[i] = (byte) (i % 251);
        }

        assertThat(HashFunction.BLAKE3.of(content)).isEqualTo(new Digest(HashFunction.BLAKE3, hash, bytes));
        assertThat(Digests.of(new ByteArrayInputStream(content), HashFunction.BLAKE3)
                        .hash())
                .isEqualTo(hash);
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsEmptyInEveryFunction(HashFunction function) {
        assertThat(function.of(new byte[0])).isEqualTo(function.empty());
        assertThat(function.empty().isEmpty()).isTrue();
        assertThat(function.of(new byte[1]).isEmpty()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void digestIsReadAsItIsWritten(HashFunction function) {
        var digest = function.of(new byte[7]);

        assertThat(Digest.parse(digest.toString())).isEqualTo(digest);
        assertThat(Digests.fromProto(Digests.toProto(function))).isEqualTo(function);
    }

    @Test
    void onlyBlake3SaysItsName() {
        var hash = HashFunction.SHA256.of(new byte[1]).hash();

        assertThat(new Digest(hash, 1)).hasToString(hash + "/1");
        assertThat(new Digest(HashFunction.BLAKE3, hash, 1)).hasToString("blake3/" + hash + "/1");
    }

    @Test
    void functionsNameDifferentBlobs() {
        var hash = HashFunction.SHA256.of(new byte[1]).hash();

        assertThat(new Digest(hash, 1)).isNotEqualTo(new Digest(HashFunction.BLAKE3, hash, 1));
    }

    @Test
    void functionThatIsNotNamedIsSha256() {
        assertThat(Digests.fromProto(DigestFunction.Value.UNKNOWN)).isEqualTo(HashFunction.SHA256);
        assertThatExceptionOfType(SteadingException.class)
                .isThrownBy(() -> Digests.fromProto(DigestFunction.Value.MD5))
                .withMessageContaining("`MD5` is not served");
    }
}
