// SPDX-License-Identifier: Apache-2.0
package build.steading.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(350));

    @Test
    void pausesGrowUpToTheLongest() {
        for (var full : new int[] {100, 200, 350, 350}) {
            assertThat(backoff.pause()).isBetween(Duration.ofMillis(full / 2), Duration.ofMillis(full));
        }
    }

    @Test
    void successBeginsAnew() {
        backoff.pause();
        backoff.pause();
        backoff.reset();

        assertThat(backoff.pause()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    }
}
