// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import build.steading.failure.SteadingException;
import java.time.DayOfWeek;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The hours at which a machine may take new work: `22-7`, `Mon-Fri 20-8, Sat-Sun 0-24`, `9:30-17`.
///
/// @param text as the owner wrote it
/// @param spans the machine may take work in any of them; empty for always
public record Hours(String text, List<Span> spans) {
    public static final Hours ALWAYS = new Hours("always", List.of());

    /// What may be written, for messages.
    public static final String ALLOWED = "hours such as `22-7` or `Mon-Fri 20-8, Sat-Sun 0-24`";

    private static final int DAY_MINUTES = 24 * 60;
    private static final Pattern FORM = Pattern.compile("(?:(?<first>[A-Za-z]{3})(?:-(?<last>[A-Za-z]{3}))? +)?"
            + "(?<from>[0-9]{1,2})(?::(?<fromMinute>[0-5][0-9]))?"
            + "-(?<to>[0-9]{1,2})(?::(?<toMinute>[0-5][0-9]))?");

    public Hours {
        spans = List.copyOf(spans);
    }

    /// A part of each of some days. One that ends at or before its beginning ends on the next day.
    ///
    /// @param days on which it begins
    /// @param from minutes after midnight, and so is `to`, which is not part of it
    record Span(List<DayOfWeek> days, int from, int to) {
        boolean contains(ZonedDateTime time) {
            var minute = time.getHour() * 60 + time.getMinute();
            var today = days.contains(time.getDayOfWeek());
            if (from < to) {
                return today && from <= minute && minute < to;
            }
            var yesterday = days.contains(time.getDayOfWeek().minus(1));
            return (today && from <= minute) || (yesterday && minute < to);
        }
    }

    /// @throws SteadingException with `Invalid` if it is not [#ALLOWED]
    public static Hours parse(String text) {
        var spans = new ArrayList<Span>();
        for (var part : text.split(",", -1)) {
            spans.add(span(part.strip())
                    .orElseThrow(() -> SteadingException.invalid("Found `%s`, allowed are %s", text, ALLOWED)));
        }
        return new Hours(text.strip(), spans);
    }

    private static Optional<Span> span(String text) {
        var found = FORM.matcher(text);
        if (!found.matches()) {
            return Optional.empty();
        }
        var from = minutes(found, "from");
        var to = minutes(found, "to");
        var days = days(found);
        return from < DAY_MINUTES && to <= DAY_MINUTES && from != to && !days.isEmpty()
                ? Optional.of(new Span(days, from, to))
                : Optional.empty();
    }

    private static int minutes(Matcher found, String name) {
        var minute = found.group(name + "Minute");
        return Integer.parseInt(found.group(name)) * 60 + (minute == null ? 0 : Integer.parseInt(minute));
    }

    /// Returns the days that are named; none if one of the names is no day.
    private static List<DayOfWeek> days(Matcher found) {
        if (found.group("first") == null) {
            return List.of(DayOfWeek.values());
        }
        var first = day(found.group("first"));
        var last = found.group("last") == null ? first : day(found.group("last"));
        var days = new ArrayList<DayOfWeek>();
        if (first.isPresent() && last.isPresent()) {
            for (var day = first.get(); day != last.get(); day = day.plus(1)) {
                days.add(day);
            }
            days.add(last.get());
        }
        return days;
    }

    private static Optional<DayOfWeek> day(String name) {
        return Arrays.stream(DayOfWeek.values())
                .filter(day -> day.getDisplayName(TextStyle.SHORT, Locale.ROOT).equalsIgnoreCase(name))
                .findFirst();
    }

    /// Returns whether the machine may take work at `time`.
    boolean contain(ZonedDateTime time) {
        return spans.isEmpty() || spans.stream().anyMatch(span -> span.contains(time));
    }

    @Override
    public String toString() {
        return text;
    }
}
