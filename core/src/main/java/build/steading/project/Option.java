// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.Suggestions;
import build.steading.yaml.Value;
import com.google.re2j.Pattern;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Something about a build that whoever asks for it may choose. Its value is text, in one spelling only, so that
/// equal choices make equal commands.
public sealed interface Option {
    /// Says what the option is for; empty if nobody wrote it down.
    String help();

    /// The value where none is given, in its one spelling.
    String defaultValue();

    /// Returns a value in its one spelling; empty if it is not allowed.
    Optional<String> accept(String given);

    /// Says which values are allowed, as the end of a sentence.
    String allowed();

    /// Returns values that `given` may have been meant to be, as the end of a message; mostly nothing.
    default String didYouMean(String given) {
        return "";
    }

    /// One of certain values.
    record Choice(List<String> values, String defaultValue, String help) implements Option {
        public Choice {
            values = List.copyOf(values);
        }

        @Override
        public Optional<String> accept(String given) {
            return values.contains(given) ? Optional.of(given) : Optional.empty();
        }

        @Override
        public String allowed() {
            return values.size() == 1 ? Value.quoted(values) : "one of " + Value.quoted(values);
        }

        @Override
        public String didYouMean(String given) {
            return Suggestions.didYouMean(given, values);
        }
    }

    /// Yes or no: `true` or `false`.
    record Flag(String defaultValue, String help) implements Option {
        @Override
        public Optional<String> accept(String given) {
            return Value.truth(given.toLowerCase(Locale.ROOT)).map(value -> Boolean.toString(value));
        }

        @Override
        public String allowed() {
            return "`true` or `false`";
        }
    }

    /// A whole number from `min` to `max`, both included.
    record Whole(long min, long max, String defaultValue, String help) implements Option {
        @Override
        public Optional<String> accept(String given) {
            try {
                var number = Long.parseLong(given);
                return number >= min && number <= max ? Optional.of(Long.toString(number)) : Optional.empty();
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        }

        @Override
        public String allowed() {
            if (min == Long.MIN_VALUE && max == Long.MAX_VALUE) {
                return "a whole number";
            }
            if (max == Long.MAX_VALUE) {
                return "a whole number from %d".formatted(min);
            }
            return min == Long.MIN_VALUE
                    ? "a whole number up to %d".formatted(max)
                    : "a whole number from %d to %d".formatted(min, max);
        }
    }

    /// Any text without NUL that matches a pattern as a whole, if there is one.
    record Text(Optional<Pattern> pattern, String defaultValue, String help) implements Option {
        @Override
        public Optional<String> accept(String given) {
            var matches = pattern.isEmpty() || pattern.get().matches(given);
            return matches && given.indexOf('\0') < 0 ? Optional.of(given) : Optional.empty();
        }

        @Override
        public String allowed() {
            return pattern.map(regex -> "text that matches `" + regex.pattern() + "`")
                    .orElse("text");
        }
    }
}
