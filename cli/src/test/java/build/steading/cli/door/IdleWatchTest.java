// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.cli.door.FrontDoor.Activity;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class IdleWatchTest {
    private static final Duration LIMIT = Duration.ofHours(3);
    private static final Activity NOTHING = new Activity(0, 0);

    private Instant now = Instant.EPOCH;
    private final IdleWatch watch = new IdleWatch(() -> now, LIMIT);

    @Test
    void expiresExactlyAtTheLimit() {
        now = Instant.EPOCH.plus(LIMIT).minusNanos(1);
        assertThat(watch.expired(NOTHING, false)).isFalse();
        now = now.plusNanos(1);
        assertThat(watch.expired(NOTHING, false)).isTrue();
    }

    @Test
    void workCommandsAndCommandsSinceTheLastLookEachBeginTheWaitAnew() {
        now = now.plus(LIMIT);
        assertThat(watch.expired(NOTHING, true)).isFalse();
        now = now.plus(LIMIT);
        assertThat(watch.expired(new Activity(1, 0), false)).isFalse();
        now = now.plus(LIMIT);
        assertThat(watch.expired(new Activity(0, 1), false)).isFalse();
        now = now.plus(LIMIT);
        assertThat(watch.expired(new Activity(0, 1), false)).isTrue();
    }
}
