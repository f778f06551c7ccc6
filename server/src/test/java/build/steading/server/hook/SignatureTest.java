// SPDX-License-Identifier: Apache-2.0
package build.steading.server.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.SteadingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Of the specification of Standard Webhooks; openssl computes the same.
    @Test
    void vectorOfTheSpecificationIsMet() {
        assertThat(Signature.of(
                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        Instant.ofEpochSecond(1_614_265_330),
                        bytes("{\"test\": 2432232314}")))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// By `printf 'msg_1.1700000000.{"type":"build.failed"}' | openssl dgst -sha256 -hmac SECRET -binary |
    /// base64`.
    @Test
    void otherTextIsTheKeyItself() {
        assertThat(Signature.of(
                        " correct horse battery staple\n",
                        "msg_1",
                        Instant.ofEpochSecond(1_700_000_000),
                        bytes("{\"type\":\"build.failed\"}")))
                .isEqualTo("v1,8wLXenoVIY2aidf4jkz/tpxhudKWJrBIwTqC94/Se6M=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "whsec_%%%%%%%%%%%%%%%%%%%%%%%%", "whsec_c2hvcnQ="})
    void badSecretsAreNotShown(String secret) {
        assertThatThrownBy(() -> Signature.of(secret, "msg_1", Instant.EPOCH, new byte[0]))
                .isInstanceOf(SteadingException.class)
                .hasMessageContaining("The secret of the webhook")
                .hasMessageNotContaining("short")
                .hasMessageNotContaining("%%");
    }
}
