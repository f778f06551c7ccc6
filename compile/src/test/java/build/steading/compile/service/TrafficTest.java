// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private final AtomicLong now = new AtomicLong();
    private final Traffic traffic = new Traffic(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void firstOneIsAlone() {
        traffic.begin();
        assertThat(traffic.isAlone()).isTrue();
    }

    @Test
    void oneThatFollowsAnotherIsNot() {
        traffic.begin();
        traffic.end();
        pass(Traffic.LULL.minusNanos(1));
        traffic.begin();
        assertThat(traffic.isAlone()).isFalse();
        pass(Traffic.LULL);
        assertThat(traffic.isAlone()).isFalse();
    }

    @Test
    void oneAfterALullIs() {
        traffic.begin();
        traffic.end();
        pass(Traffic.LULL);
        traffic.begin();
        assertThat(traffic.isAlone()).isTrue();
    }

    @Test
    void twoAtATimeAreNot() {
        traffic.begin();
        traffic.begin();
        assertThat(traffic.isAlone()).isFalse();
        traffic.end();
        assertThat(traffic.isAlone()).isFalse();
    }
}
