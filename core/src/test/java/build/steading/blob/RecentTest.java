// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentTest {
    private final Recent<Integer, String> recent = new Recent<>(2);

    @Test
    void asManyAsAGenerationAreRemembered() {
        for (var i = 0; i < 100; i++) {
            recent.put(i, "x");
        }

        assertThat(recent.get(98)).isEqualTo("x");
        assertThat(recent.get(99)).isEqualTo("x");
    }

    @Test
    void nothingOlderThanTwoGenerationsIsRemembered() {
        for (var i = 0; i < 5; i++) {
            recent.put(i, "x");
        }

        assertThat(recent.get(0)).isNull();
        assertThat(recent.get(1)).isNull();
    }

    @Test
    void removedKeyIsForgottenInBothGenerations() {
        recent.put(1, "old");
        recent.put(2, "old");
        recent.put(1, "young");

        recent.remove(1);
        assertThat(recent.get(1)).isNull();
        assertThat(recent.get(2)).isEqualTo("old");
    }
}
