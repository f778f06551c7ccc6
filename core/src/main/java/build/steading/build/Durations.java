// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.time.Duration;

/// Says durations in words that people read at a glance.
public final class Durations {
    private Durations() {}

    /// Returns for instance `0.4 s`, `12.3 s`, `4 min 05 s`, `2 h 10 min`.
    public static String words(Duration duration) {
        var seconds = duration.toSeconds();
        if (seconds >= 3600) {
            return "%d h %02d min".formatted(seconds / 3600, seconds / 60 % 60);
        }
        if (seconds >= 60) {
            return "%d min %02d s".formatted(seconds / 60, seconds % 60);
        }
        var millis = duration.toMillis();
        return millis < 100 && millis > 0
                ? "%d ms".formatted(millis)
                : "%d.%d s".formatted(millis / 1000, millis / 100 % 10);
    }
}
