// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import build.steading.worker.host.Readings;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/// A machine that does as it is told. It is noon on a Monday.
public final class FakeReadings implements Readings {
    public volatile ZonedDateTime now = ZonedDateTime.of(2025, 3, 3, 12, 0, 0, 0, ZoneOffset.UTC);
    public volatile double load;
    public volatile boolean onBattery;
    public volatile long freeBytes = Long.MAX_VALUE;

    @Override
    public ZonedDateTime now() {
        return now;
    }

    @Override
    public double load() {
        return load;
    }

    @Override
    public boolean onBattery() {
        return onBattery;
    }

    @Override
    public long freeBytes() {
        return freeBytes;
    }
}
