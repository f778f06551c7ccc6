// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.SteadingException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HoursTest {
    /// 2025-03-03 is a Monday.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "22-7; 2025-03-03T21:59; false",
                "22-7; 2025-03-03T22:00; true",
                "22-7; 2025-03-04T06:59; true",
                "22-7; 2025-03-04T07:00; false",
                "9:30-17; 2025-03-03T09:29; false",
                "9:30-17; 2025-03-03T09:30; true",
                "9:30-17; 2025-03-03T17:00; false",
                "0-24; 2025-03-03T00:00; true",
                "0-24; 2025-03-03T23:59; true",
                "Mon-Fri 20-8; 2025-03-03T07:59; false",
                "Mon-Fri 20-8; 2025-03-08T07:59; true",
                "Mon-Fri 20-8; 2025-03-08T20:00; false",
                "fri-mon 20-8; 2025-03-08T20:00; true",
                "fri-mon 20-8; 2025-03-05T20:00; false",
                "Sun 12-13; 2025-03-09T12:30; true",
                "Sun 12-13; 2025-03-08T12:30; false",
                "Mon-Fri 20-8, Sat-Sun 0-24; 2025-03-09T15:00; true",
                "Mon-Fri 20-8, Sat-Sun 0-24; 2025-03-03T15:00; false",
                "Mon 22-24; 2025-03-03T23:59; true",
                "Mon 22-24; 2025-03-04T00:00; false",
            })
    void containWhatTheySay(String hours, LocalDateTime time, boolean contained) {
        assertThat(Hours.parse(hours).contain(time.atZone(ZoneOffset.UTC))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "22",
                "22-",
                "25-7",
                "7-7",
                "24-7",
                "9:60-17",
                "Mon",
                "Mo 7-9",
                "7-9,",
                "Mon-Xyz 7-9",
                "7-9 Mon"
            })
    void othersAreRefused(String hours) {
        assertThatThrownBy(() -> Hours.parse(hours))
                .isInstanceOf(SteadingException.class)
                .hasMessage("Found `" + hours + "`, allowed are hours such as `22-7` or `Mon-Fri 20-8, Sat-Sun 0-24`");
    }
}
