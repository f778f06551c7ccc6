// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {
    @Test
    void numbersAreComparedAsNumbers() {
        var ascending = List.of(
                "0.9",
                "1.1.1-rc2",
                "1.1.1",
                "1.1.1k",
                "1.1.2",
                "3.14a1",
                "3.14rc1",
                "3.14",
                "4.4",
                "9.4",
                "12",
                "12.2",
                "12.2.1-14",
                "12.10",
                "6000000000.1",
                "600000000000000000000000.1");
        for (var i = 0; i < ascending.size(); i++) {
            for (var j = 0; j < ascending.size(); j++) {
                assertThat(Integer.signum(Version.parse(ascending.get(i)).compareTo(Version.parse(ascending.get(j)))))
                        .as("%s and %s", ascending.get(i), ascending.get(j))
                        .isEqualTo(Integer.compare(i, j));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"12, 12.0", "12.2, 12.02", "v1.2, 1.2", "1.0, 1", "6.1.0-18-AMD64, 6.1.0-18-amd64", "1.0-0, 1"})
    void missingNumbersAreZero(String one, String other) {
        assertThat(Version.parse(one)).isEqualTo(Version.parse(other)).isEqualByComparingTo(Version.parse(other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gcc", "v", " 1", "-1"})
    void whatDoesNotBeginWithANumberIsNone(String text) {
        assertThatThrownBy(() -> Version.parse(text)).isInstanceOf(Version.MalformedException.class);
    }

    @Test
    void longTextsAreNone() {
        assertThat(Version.parse("1".repeat(Version.MAX_LENGTH - 1)).parts()).hasSize(1);
        assertThatThrownBy(() -> Version.parse("1".repeat(Version.MAX_LENGTH + 1)))
                .isInstanceOf(Version.MalformedException.class);
    }
}
