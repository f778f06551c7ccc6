// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What the owner of a machine allows the farm, and says of the machine.
///
/// @param policy what it is willing to run
/// @param properties the owner's own, which replace detected ones of the same name
/// @param memoryBytes what all actions together may use; empty for no limit
/// @param hours when it takes new work
/// @param maxLoad how many processors others may keep busy before it takes no new work; empty for no limit
/// @param onBattery whether it takes new work on battery
/// @param nice how far actions give way to others, from 0, not at all, to 19
/// @param diskFloorBytes it takes no new work when less is free
/// @param toolVersions whether the versions of tools are found out, by running them
public record Terms(
        Policy policy,
        Properties properties,
        OptionalLong memoryBytes,
        Hours hours,
        OptionalDouble maxLoad,
        boolean onBattery,
        int nice,
        long diskFloorBytes,
        boolean toolVersions) {
    /// The machine is the farm's, always and all of it.
    public static final Terms UNLIMITED = new Terms(
            Policy.ANYTHING,
            new Properties(Map.of()),
            OptionalLong.empty(),
            Hours.ALWAYS,
            OptionalDouble.empty(),
            true,
            0,
            0,
            false);

    /// Terms as an owner has them who says nothing: the machine gives way to whoever else uses it.
    public static final Terms USUAL = new Terms(
            Policy.ANYTHING,
            new Properties(Map.of()),
            OptionalLong.empty(),
            Hours.ALWAYS,
            OptionalDouble.empty(),
            false,
            10,
            1L << 30,
            true);

    public Terms {
        if (nice < 0 || nice > 19) {
            throw new IllegalArgumentException("Nice level %d is not within 0 and 19".formatted(nice));
        }
    }

    /// Returns the memory that an action counts for that sets itself no limit: an even share, or 0 if nobody
    /// counts.
    ///
    /// @param slots how many actions the machine runs at the same time
    public long shareBytes(int slots) {
        return memoryBytes.isPresent() ? memoryBytes.getAsLong() / slots : 0;
    }

    public Terms withToolVersions() {
        return new Terms(policy, properties, memoryBytes, hours, maxLoad, onBattery, nice, diskFloorBytes, true);
    }
}
