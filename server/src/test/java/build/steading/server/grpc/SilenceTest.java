// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SilenceTest {
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicInteger ended = new AtomicInteger();
    private final Silence silence = new Silence(PATIENCE, nanos::get);
    private final Silence.Turn turn = silence.begin(ended::incrementAndGet);

    private int endedAfter(Duration time) {
        nanos.addAndGet(time.toNanos());
        silence.sweep();
        return ended.get();
    }

    @Test
    void clientThatSendsNothingIsNotWaitedForAnyLonger() {
        assertThat(endedAfter(PATIENCE.minusNanos(1))).isZero();
        assertThat(endedAfter(Duration.ofNanos(1))).isOne();
        assertThat(endedAfter(PATIENCE)).isOne();
        turn.over();
    }

    @Test
    void clientThatSendsSomethingHasAllTheTimeAgain() {
        assertThat(endedAfter(PATIENCE.minusNanos(1))).isZero();
        turn.ofServer();
        turn.ofClient();

        assertThat(endedAfter(PATIENCE.minusNanos(1))).isZero();
        turn.over();
    }

    @Test
    void ourOwnTurnMayTakeAsLongAsItLikes() {
        turn.ofServer();

        assertThat(endedAfter(PATIENCE.multipliedBy(9))).isZero();
        turn.over();
    }

    @Test
    void whatIsOverIsNotEnded() {
        turn.over();

        assertThat(endedAfter(PATIENCE)).isZero();
    }
}
