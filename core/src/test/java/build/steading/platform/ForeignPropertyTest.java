// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignPropertyTest {
    private static final Properties WORKER = new Properties(
            Map.of("os", "linux", "arch", "x86_64", "pool", "a \"b\" \\c", "cores", 8, "rate", 1.5, "ssd", true));

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "OSFamily, Linux",
                "ISA, x86-64",
                "os, linux",
                "pool, a \"b\" \\c",
                "cores, 8",
                "rate, 1.5",
                "ssd, true"
            })
    void workerFitsThatHasJustThatValue(String name, String value) {
        assertThat(ForeignProperty.of(name, value).isMetBy(WORKER)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "OSFamily, Windows",
        "ISA, arm-a64",
        "gpu, a100",
        "pool, other",
        "cores, 16",
        "cores, eight",
        "ssd, false"
    })
    void workerWithAnotherValueDoesNotFit(String name, String value) {
        assertThat(ForeignProperty.of(name, value).isMetBy(WORKER)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"container-image, x", "'true || os', x"})
    void propertyThatNobodyCanHaveIsRefused(String name, String value) {
        assertThatThrownBy(() -> ForeignProperty.of(name, value))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Unsupported.class))
                .hasMessageContaining("`%s`", name);
    }

    @Test
    void ownPropertiesAreNotForeign() {
        assertThat(ForeignProperty.isForeign(PlatformProperties.REQUIRES)).isFalse();
        assertThat(ForeignProperty.isForeign("OSFamily")).isTrue();
    }
}
