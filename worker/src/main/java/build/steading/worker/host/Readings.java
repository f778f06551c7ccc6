// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import java.time.ZonedDateTime;

/// How a machine does right now. Thread-safe.
public interface Readings {
    /// Returns the time by the machine's calendar.
    ZonedDateTime now();

    /// Returns how many processors others than the farm have kept busy lately.
    double load();

    /// Returns whether the machine has no other source of power than a battery.
    boolean onBattery();

    /// Returns how many bytes are free where the worker keeps its files.
    long freeBytes();
}
