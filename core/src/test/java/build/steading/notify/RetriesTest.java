// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import static build.steading.notify.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class RetriesTest {
    @Test
    void pausesGrowUpToTheLastOne() {
        var pauses = new ArrayList<Duration>();
        for (var tries = 1; tries <= 7; tries++) {
            pauses.add(
                    Duration.between(NOW, Retries.STANDARD.next(NOW, tries, NOW).orElseThrow()));
        }

        assertThat(pauses).extracting(Duration::toSeconds).containsExactly(10L, 60L, 300L, 1800L, 7200L, 7200L, 7200L);
    }

    @Test
    void lastTryIsAtTheEndOfTheTwoDays() {
        var end = NOW.plus(Duration.ofDays(2));

        assertThat(Retries.STANDARD.next(NOW, 30, end.minusSeconds(1))).contains(end);
        assertThat(Retries.STANDARD.next(NOW, 31, end)).isEmpty();
    }
}
