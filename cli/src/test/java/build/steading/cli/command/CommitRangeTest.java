// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommitRangeTest {
    @Test
    void rangeHasTwoEnds() {
        assertThat(CommitRange.parse("v1.0^..feature/x")).isEqualTo(new CommitRange("v1.0^", "feature/x"));
    }

    @Test
    void rangeWithoutAnEndGoesToTheCurrentBranch() {
        assertThat(CommitRange.parse("v1..")).isEqualTo(new CommitRange("v1", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "..main", "a...b", ""})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> CommitRange.parse(text)).hasMessageContaining("allowed is `A..B`");
    }
}
