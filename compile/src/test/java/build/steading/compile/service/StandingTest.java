// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StandingTest {
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final Duration LONG = Duration.ofMinutes(1);

    /// As if it were about to overflow.
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);

    private final Standing standing = new Standing(now::get);

    @Test
    void farmIsAwayAfterItHasFailedThreeTimes() {
        standing.failed("why");
        standing.failed("why");
        assertThat(standing.mayTry()).isTrue();
        standing.failed("why");
        assertThat(standing.mayTry()).isFalse();
    }

    @Test
    void awayFarmIsProbedNowAndThen() {
        fail();
        advance(PAUSE.minusNanos(1));
        assertThat(standing.mayTry()).isFalse();
        advance(Duration.ofNanos(1));
        assertThat(standing.mayTry()).isTrue();
        assertThat(standing.mayTry()).isFalse();
        standing.failed("why");
        advance(PAUSE);
        assertThat(standing.mayTry()).isTrue();
        assertThat(standing.mayTry()).isFalse();
    }

    @Test
    void farmIsBackAfterOneSuccess() {
        fail();
        standing.succeeded();
        assertThat(standing.mayTry()).isTrue();
        standing.failed("why");
        assertThat(standing.mayTry()).isTrue();
    }

    @Test
    void farmThatRunsSomethingIsNotAway() {
        standing.begun();
        fail();
        assertThat(standing.mayTry()).isTrue();
        standing.ended();
        assertThat(standing.mayTry()).isFalse();
    }

    @Test
    void queueIsStuckWhenNothingMovesInIt() {
        advance(Duration.ofSeconds(2));
        assertThat(standing.isStuckFor(LONG)).isFalse();
        advance(Duration.ofNanos(1));
        assertThat(standing.isStuckFor(LONG)).isTrue();
        assertThat(standing.isStuckFor(Duration.ofSeconds(2))).isFalse();
        standing.begun();
        advance(LONG);
        assertThat(standing.isStuckFor(LONG)).isFalse();
        standing.ended();
        assertThat(standing.isStuckFor(LONG)).isFalse();
        advance(LONG);
        assertThat(standing.isStuckFor(LONG)).isTrue();
    }

    private void fail() {
        standing.failed("why");
        standing.failed("why");
        standing.failed("why");
    }

    private void advance(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
