// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Says times in words, for people.
final class Times {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Times() {}

    /// Returns the time of day.
    static String clock(long nanos) {
        return CLOCK.format(Nanos.toInstant(nanos));
    }

    /// Returns a length of time as `40 s`, `2 min` or `1 h 5 min`, rounded up; at least a second.
    static String span(long nanos) {
        var seconds = Math.max(1, Duration.ofNanos(nanos).plusNanos(999_999_999).toSeconds());
        if (seconds < 100) {
            return seconds + " s";
        }
        var minutes = (seconds + 59) / 60;
        if (minutes < 60) {
            return minutes + " min";
        }
        return minutes / 60 + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
    }
}
