// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What only a worker itself knows when it decides whether it is willing to run something, for it changes by the
/// minute.
///
/// @param now by the worker's own calendar
/// @param battery whether the machine has no other source of power at present
/// @param load how many processors others than the farm keep busy
public record Surroundings(ZonedDateTime now, boolean battery, double load) {
    static final String HOUR = "hour";
    static final String WEEKDAY = "weekday";
    static final String BATTERY = "battery";
    static final String LOAD = "load";

    /// The names that policies have for these values.
    static final Set<String> NAMES = Set.of(HOUR, WEEKDAY, BATTERY, LOAD);

    private static final Duration A_WHILE = Duration.ofMinutes(15);

    /// Returns the values by the names that policies have for them: `hour` from 0 to 23, `weekday` from `Mon` to
    /// `Sun`, `battery` and `load`.
    Map<String, Object> values() {
        var weekday = now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ROOT);
        return Map.of(HOUR, (long) now.getHour(), WEEKDAY, weekday, BATTERY, battery, LOAD, load);
    }

    /// Returns how long a value is likely to stay what it is.
    Duration lasting(String name) {
        return switch (name) {
            case HOUR -> until(now.truncatedTo(ChronoUnit.HOURS).plusHours(1));
            case WEEKDAY -> until(now.toLocalDate().plusDays(1).atStartOfDay(now.getZone()));
            default -> A_WHILE;
        };
    }

    private Duration until(ZonedDateTime change) {
        return Duration.between(now, change);
    }
}
