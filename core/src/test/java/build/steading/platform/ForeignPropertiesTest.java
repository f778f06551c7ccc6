// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.SteadingException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignPropertiesTest {
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
        assertThat(requirement(name, value).check(WORKER)).isEqualTo(new Fit.Fits());
    }

    @ParameterizedTest
    @CsvSource({"OSFamily, Windows", "ISA, arm-a64", "pool, other", "cores, 16", "cores, eight", "ssd, false"})
    void workerWithAnotherValueDoesNotFit(String name, String value) {
        assertThat(requirement(name, value).check(WORKER)).isInstanceOf(Fit.Misfit.class);
    }

    @ParameterizedTest
    @CsvSource({"container-image, x", "gpu, a100", "'true || os', x"})
    void propertyThatNobodyHasIsRefused(String name, String value) {
        assertThatThrownBy(() -> requirement(name, value))
                .isInstanceOf(SteadingException.class)
                .hasMessageContaining("`%s`", name);
    }

    @Test
    void ownPropertiesAreNotForeign() {
        assertThat(ForeignProperties.isForeign(PlatformProperties.REQUIRES)).isFalse();
        assertThat(ForeignProperties.isForeign("OSFamily")).isTrue();
    }

    private static Requirement requirement(String name, String value) {
        return ForeignProperties.requirement(name, value, WORKER.values()::containsKey);
    }
}
