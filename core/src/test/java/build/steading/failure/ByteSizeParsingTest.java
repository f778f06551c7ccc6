// SPDX-License-Identifier: Apache-2.0
package build.steading.failure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeParsingTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1000000, 1000000",
        "8 GiB, 8589934592",
        "8GiB, 8589934592",
        "8g, 8589934592",
        "1.5 KiB, 1536",
        "500 MB, 500000000",
        "2tb, 2000000000000",
        "9223372036854775807, 9223372036854775807",
    })
    void readsWhatPeopleWrite(String text, long bytes) {
        assertThat(ByteSize.parse(text)).contains(new ByteSize(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GiB", "-1", "8 GiBB", "8 X", "9223372036854775808", "8388608 TiB", "1e9"})
    void readsNothingElse(String text) {
        assertThat(ByteSize.parse(text)).isEmpty();
    }
}
