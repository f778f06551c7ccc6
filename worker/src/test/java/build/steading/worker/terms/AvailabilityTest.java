// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import build.steading.worker.terms.Availability.Now;
import build.steading.worker.terms.Availability.Use;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AvailabilityTest {
    private static final long GIB = 1L << 30;
    private static final Now ALL = new Now(4, "");

    private final FakeReadings readings = new FakeReadings();

    private static Availability availability(Terms terms) {
        return new Availability(terms, 4);
    }

    private Now now(Availability availability) {
        return availability.now(readings, new Use(0, 0));
    }

    @Test
    void machineWithoutLimitsIsAlwaysThere() {
        readings.onBattery = true;
        readings.load = 100;
        readings.freeBytes = 0;

        assertThat(availability(Terms.UNLIMITED).varies()).isFalse();
        assertThat(now(availability(Terms.UNLIMITED))).isEqualTo(ALL);
    }

    @Test
    void takesNothingOutsideItsHours() {
        var availability = availability(TestTerms.hours("22-7"));

        assertThat(availability.varies()).isTrue();
        assertThat(now(availability)).isEqualTo(new Now(0, "outside its hours 22-7"));
        readings.now = readings.now.withHour(22);
        assertThat(now(availability)).isEqualTo(ALL);
    }

    @Test
    void takesNothingOnBatteryUnlessItMay() {
        var availability = availability(TestTerms.mainsOnly());

        assertThat(now(availability)).isEqualTo(ALL);
        readings.onBattery = true;
        assertThat(now(availability)).isEqualTo(new Now(0, "on battery"));
    }

    @Test
    void givesWayToOthersUntilThereIsClearlyRoomAgain() {
        var availability = availability(TestTerms.maxLoad(4));

        readings.load = 4;
        assertThat(now(availability)).isEqualTo(ALL);
        readings.load = 7.26;
        assertThat(now(availability)).isEqualTo(new Now(0, "load 7.3 of others"));
        readings.load = 3.1;
        assertThat(now(availability)).isEqualTo(new Now(0, "load 3.1 of others"));
        readings.load = 3;
        assertThat(now(availability)).isEqualTo(ALL);
        readings.load = 3.9;
        assertThat(now(availability)).isEqualTo(ALL);
    }

    @Test
    void keepsSomeDiskFree() {
        var availability = availability(TestTerms.diskFloor(5 * GIB));

        readings.freeBytes = 5 * GIB;
        assertThat(now(availability)).isEqualTo(ALL);
        readings.freeBytes = 5 * GIB / 4;
        assertThat(now(availability)).isEqualTo(new Now(0, "disk has 1.3 GiB left, 5.0 GiB are kept free"));
        readings.freeBytes = 5 * GIB + GIB / 2 - 1;
        assertThat(now(availability).slots()).isZero();
        readings.freeBytes = 5 * GIB + GIB / 2;
        assertThat(now(availability)).isEqualTo(ALL);
    }

    @Test
    void offersAsManySlotsAsThereIsMemoryFor() {
        var availability = availability(TestTerms.memory(8 * GIB));

        assertThat(now(availability)).isEqualTo(ALL);
        assertThat(availability.now(readings, new Use(1, 2 * GIB))).isEqualTo(ALL);
        assertThat(availability.now(readings, new Use(1, 2 * GIB + 1)))
                .isEqualTo(new Now(3, "2.0 GiB of 8.0 GiB memory are taken"));
        assertThat(availability.now(readings, new Use(1, 8 * GIB)))
                .isEqualTo(new Now(1, "8.0 GiB of 8.0 GiB memory are taken"));
        assertThat(availability.now(readings, new Use(4, 4 * GIB))).isEqualTo(ALL);
    }

    @Test
    void namesAllThatIsInTheWay() {
        var availability = availability(new Terms(
                Policy.ANYTHING,
                new Properties(Map.of()),
                OptionalLong.empty(),
                Hours.parse("Mon-Fri 20-8"),
                OptionalDouble.of(1),
                false,
                10,
                GIB,
                false));
        readings.onBattery = true;
        readings.load = 2;
        readings.freeBytes = 1000;

        assertThat(now(availability))
                .isEqualTo(new Now(
                        0,
                        "outside its hours Mon-Fri 20-8; on battery; load 2.0 of others;"
                                + " disk has 1000 bytes left, 1.0 GiB are kept free"));
    }
}
