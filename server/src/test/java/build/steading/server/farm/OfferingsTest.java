// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.ForeignPlatform;
import build.steading.platform.ForeignProperty;
import build.steading.platform.Properties;
import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OfferingsTest {
    private static final Duration MEMORY = Duration.ofMinutes(10);
    private static final Duration INSTANT = Duration.ofNanos(1);
    private static final WorkerId ANN = new WorkerId("ann");
    private static final WorkerId BOB = new WorkerId("bob");
    private static final Properties BIG = new Properties(Map.of("pool", "big"));
    private static final Properties SMALL = new Properties(Map.of("pool", "small"));
    private static final ForeignPlatform WANTED = new ForeignPlatform(List.of(ForeignProperty.of("pool", "big")));

    private final Offerings offerings = new Offerings(MEMORY);
    private Instant now = Instant.EPOCH;

    @Test
    void nobodyObjectsWhileThereIsNoWorkerAtAll() {
        pass(Duration.ofDays(1));

        assertThat(objects()).isFalse();
        assertThat(offerings.nextDue()).isEmpty();
    }

    @Test
    void nobodyObjectsUntilTheFarmHasSettled() {
        offerings.came(ANN, SMALL, now);
        pass(Offerings.SETTLING.minus(INSTANT));

        assertThat(objects()).isFalse();
        assertThat(offerings.takeSettled(now)).isFalse();
        assertThat(offerings.nextDue()).contains(now.plus(INSTANT));
        pass(INSTANT);
        assertThat(objects()).isTrue();
        assertThat(offerings.takeSettled(now)).isTrue();
        assertThat(offerings.takeSettled(now)).isFalse();
        assertThat(offerings.nextDue()).isEmpty();
    }

    @Test
    void otherWorkersDoNotMakeTheFarmUnsettled() {
        settleWith(ANN, SMALL);
        offerings.came(BOB, SMALL, now);

        assertThat(objects()).isTrue();
    }

    @Test
    void farmThatWasEmptySettlesAnew() {
        settleWith(ANN, SMALL);
        offerings.left(ANN, now);
        offerings.came(BOB, SMALL, now);

        assertThat(objects()).isFalse();
        pass(Offerings.SETTLING);
        assertThat(objects()).isTrue();
    }

    @Test
    void workerThatLeftMayComeBackForAWhile() {
        settleWith(ANN, SMALL);
        offerings.came(BOB, BIG, now);
        assertThat(objects()).isFalse();
        offerings.left(BOB, now);

        pass(MEMORY.minus(INSTANT));
        assertThat(objects()).isFalse();
        pass(INSTANT);
        assertThat(objects()).isTrue();
    }

    @Test
    void workerThatCameBackAsSomethingElseIsWaitedForNoMore() {
        settleWith(ANN, SMALL);
        offerings.came(BOB, BIG, now);
        offerings.left(BOB, now);
        offerings.came(BOB, SMALL, now);

        assertThat(objects()).isTrue();
    }

    @Test
    void judgementChangesWithTheWorkers() {
        settleWith(ANN, SMALL);
        assertThat(objects()).isTrue();
        offerings.came(ANN, BIG, now);

        assertThat(objects()).isFalse();
    }

    private void settleWith(WorkerId worker, Properties properties) {
        offerings.came(worker, properties, now);
        pass(Offerings.SETTLING);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private boolean objects() {
        return offerings.objection(WANTED, now).isPresent();
    }
}
