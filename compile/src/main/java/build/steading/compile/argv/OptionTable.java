// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import build.steading.compile.argv.Option.Arity;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The options that a family of compilers has, as far as they are understood.
///
/// It is written as lines `effect arity name…`, where the effect `local:reason` sends the command line home. A
/// line that begins with blanks goes on with the one above. The longest name that fits an argument wins.
final class OptionTable {
    private static final String LOCAL = "local:";

    private final Map<String, Option> options = new HashMap<>();
    private int longest;

    private OptionTable() {}

    static OptionTable of(String... texts) {
        var table = new OptionTable();
        for (var text : texts) {
            text.replaceAll("\n +", " ").lines().forEach(table::addRow);
        }
        return table;
    }

    private void addRow(String row) {
        var words = row.split(" +");
        var reason = words[0].startsWith(LOCAL)
                ? Optional.of(Reason.valueOf(constant(words[0].substring(LOCAL.length()))))
                : Optional.<Reason>empty();
        var effect = reason.isPresent() ? Effect.LOCAL : Effect.valueOf(constant(words[0]));
        var arity = Arity.valueOf(constant(words[1]));
        Arrays.stream(words).skip(2).forEach(name -> add(new Option(name, arity, effect, reason)));
    }

    private void add(Option option) {
        var twin = options.put(option.name(), option);
        if (twin != null) {
            throw new IllegalArgumentException("Option `%s` stands twice in the table".formatted(option.name()));
        }
        longest = Math.max(longest, option.name().length());
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /// Returns the option that an argument is.
    Optional<Option> find(String argument) {
        var exact = options.get(argument);
        if (exact != null) {
            return Optional.of(exact);
        }
        for (var length = Math.min(longest, argument.length() - 1); length > 0; length--) {
            var option = options.get(argument.substring(0, length));
            if (option != null && option.takesJoined()) {
                return Optional.of(option);
            }
        }
        return Optional.empty();
    }
}
