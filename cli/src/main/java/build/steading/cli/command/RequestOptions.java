// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.Builds.Order;
import build.steading.build.Priority;
import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.source.SourceRepository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// Who wants a build how soon, and where to tell him.
final class RequestOptions {
    private static final String KEY = "--key";
    private static final String AGAIN = "--again";
    private static final Pattern ADDRESS = Pattern.compile("[^@\\s\\p{Cntrl}<>,;]+@[^@\\s\\p{Cntrl}<>,;]+");
    private static final List<String> PRIORITIES =
            Stream.of(Priority.values()).map(RequestOptions::word).toList();

    @Option(
            names = "--priority",
            paramLabel = "gate|interactive|push|scheduled|bulk",
            description = "How soon it is wanted (default: interactive). A class is worth two hours of waiting.")
    private Optional<String> priority = Optional.empty();

    @Option(
            names = "--email",
            paramLabel = "ADDRESS",
            description = "Where to tell how it ended; empty for nowhere (default: $STEADING_EMAIL, or the"
                    + " `user.email` of git).")
    private Optional<String> email = Optional.empty();

    /// Makes a command that is repeated because its process was lost the same wish.
    @Option(names = KEY, hidden = true, description = "Names what is asked for.")
    private String key = "";

    @Option(names = AGAIN, hidden = true, description = "What is asked for may have been asked for before.")
    private boolean again;

    /// Returns the arguments of a command with these options, such that they name one wish, and say so if it is
    /// not for the first time.
    static List<String> keyed(List<String> arguments) {
        var named = new ArrayList<>(arguments);
        if (arguments.size() < 2 || !arguments.get(1).startsWith(KEY + "=")) {
            named.add(1, "%s=%s".formatted(KEY, UUID.randomUUID()));
        } else if (arguments.size() < 3 || !arguments.get(2).equals(AGAIN)) {
            named.add(2, AGAIN);
        }
        return named;
    }

    /// Returns whether the wish may be known already, because another process was lost over it.
    boolean again() {
        return again;
    }

    /// @param repository where the user stands; empty if that is in none
    /// @throws SteadingException with `Invalid` if an option makes no sense
    Order order(Console console, Optional<SourceRepository> repository, Optional<Path> out, List<String> range) {
        return new Order(console.user(), email(console, repository), priority(), out, range, key);
    }

    private Optional<String> email(Console console, Optional<SourceRepository> repository) {
        var given = email.or(() -> console.environment("STEADING_EMAIL")).map(String::strip);
        if (given.isEmpty()) {
            return repository
                    .flatMap(known -> known.settings().email())
                    .filter(address -> ADDRESS.matcher(address).matches());
        }
        given.filter(address -> !address.isEmpty() && !ADDRESS.matcher(address).matches())
                .ifPresent(wrong -> {
                    throw SteadingException.invalid(
                            "`%s` is not the address of a mailbox, such as `ann@example.org`", wrong);
                });
        return given.filter(address -> !address.isEmpty());
    }

    private Priority priority() {
        var wanted = priority.orElse(word(Priority.INTERACTIVE));
        return Stream.of(Priority.values())
                .filter(known -> word(known).equals(wanted))
                .findFirst()
                .orElseThrow(() -> SteadingException.invalid(
                        "There is no priority `%s`; allowed is one of `%s`%s",
                        wanted, String.join("`, `", PRIORITIES), Suggestions.didYouMean(wanted, PRIORITIES)));
    }

    static String word(Priority priority) {
        return priority.name().toLowerCase(Locale.ROOT);
    }
}
