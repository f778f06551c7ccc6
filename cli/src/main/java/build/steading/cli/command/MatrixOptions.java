// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.project.Option.Choice;
import build.steading.project.Project;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Stack;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// Which combinations to build: of the values of options, a build each; of the project's matrix, a part of each
/// build.
final class MatrixOptions {
    private static final int MOST_COMBINATIONS = 1000;
    private static final int MOST_AT_A_TIME = 1000;
    private static final long LONGEST_FILE_BYTES = 1 << 20;
    private static final Pattern NAMED = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*=.*", Pattern.DOTALL);

    @Option(
            names = {"-m", "--matrix"},
            arity = "0..1",
            paramLabel = "NAME=VALUE,…",
            parameterConsumer = Named.class,
            description = {
                "Build every combination of these values of options, a build each; without NAME, of all options that"
                        + " have a list of values.",
                "If NAME is an axis of the project's matrix, build only this part of it. May be repeated."
            })
    private List<String> matrix = List.of();

    @Option(
            names = "--matrix-file",
            paramLabel = "FILE",
            description = "Read what --matrix says from the lines `NAME: VALUE, VALUE` of a file.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--at-most",
            paramLabel = "N",
            description = "How many combinations to build at the same time (default: ${DEFAULT-VALUE}); with"
                    + " --detach the farm decides.",
            defaultValue = "5")
    private int atMost;

    /// What to build of a project.
    ///
    /// @param axes values that restrict the project's matrix, several of an axis with commas between them
    /// @param combinations of options; empty if there is one build, with no choice of its own
    record Chosen(Map<String, String> axes, List<Combination> combinations) {}

    /// Takes a value only if it looks like one: `--matrix main` is `--matrix` and a revision.
    static final class Named implements IParameterConsumer {
        @Override
        public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
            var given = new ArrayList<String>(option.<List<String>>getValue());
            var takes = !arguments.isEmpty() && NAMED.matcher(arguments.peek()).matches();
            given.add(takes ? arguments.pop() : "");
            option.setValue(List.copyOf(given));
        }
    }

    int atMost() {
        if (atMost < 1 || atMost > MOST_AT_A_TIME) {
            throw SteadingException.invalid("`--at-most` is %d; 1 to %d are allowed", atMost, MOST_AT_A_TIME);
        }
        return atMost;
    }

    /// @param given options that have one value in all combinations
    /// @throws SteadingException with `Invalid` if a name or value is wrong, or there are too many combinations
    Chosen choose(Project project, Map<String, String> given, Console console) {
        var wanted = new LinkedHashMap<String, List<String>>();
        file.ifPresent(path -> wanted.putAll(read(console.invocation().cwd().resolve(path))));
        for (var text : matrix) {
            var equals = text.indexOf('=');
            if (equals > 0) {
                wanted.put(text.substring(0, equals), values(text.substring(equals + 1), "`--matrix`"));
            }
        }
        if (matrix.contains("")) {
            listed(project).forEach((name, values) -> {
                if (!given.containsKey(name)) {
                    wanted.putIfAbsent(name, values);
                }
            });
        }
        var axes = new TreeMap<String, String>();
        var options = new LinkedHashMap<String, List<String>>();
        wanted.forEach((name, values) -> {
            if (project.matrix().axisNames().contains(name)) {
                axes.put(name, String.join(",", values.stream().sorted().toList()));
            } else {
                options.put(name, accepted(project, name, values));
                refuseBoth(name, given);
            }
        });
        return new Chosen(axes, options.isEmpty() ? List.of() : Combination.product(bounded(options)));
    }

    private static SequencedMap<String, List<String>> listed(Project project) {
        var listed = new LinkedHashMap<String, List<String>>();
        project.options().forEach((name, option) -> {
            if (option instanceof Choice choice) {
                listed.put(name, choice.values());
            }
        });
        if (listed.isEmpty()) {
            throw SteadingException.invalid(
                    "`--matrix` builds all combinations of the options that have a list of values, but `%s` has no such"
                            + " option",
                    project.name());
        }
        return listed;
    }

    private static List<String> accepted(Project project, String name, List<String> values) {
        var option = project.options().get(name);
        if (option == null) {
            var known = Stream.concat(project.options().keySet().stream(), project.matrix().axisNames().stream())
                    .toList();
            throw SteadingException.invalid(
                    "`%s` is neither an option of `%s` nor an axis of its matrix; there %s%s",
                    name,
                    project.name(),
                    known.isEmpty() ? "are none" : "are `" + String.join("`, `", known) + "`",
                    Suggestions.didYouMean(name, known));
        }
        var accepted = new LinkedHashSet<String>();
        values.forEach(value ->
                accepted.add(project.resolveOptions(Map.of(name, value)).get(name)));
        return List.copyOf(accepted);
    }

    private static void refuseBoth(String name, Map<String, String> given) {
        if (given.containsKey(name)) {
            throw SteadingException.invalid("Option `%s` has one value by `--option` and several by `--matrix`", name);
        }
    }

    private static SequencedMap<String, List<String>> bounded(SequencedMap<String, List<String>> choices) {
        var count = 1L;
        for (var values : choices.values()) {
            count = Math.min(count * values.size(), Integer.MAX_VALUE);
        }
        if (count > MOST_COMBINATIONS) {
            throw SteadingException.invalid(
                    "There are %d combinations of `%s`; at most %d are built at once",
                    count, String.join("`, `", choices.keySet()), MOST_COMBINATIONS);
        }
        return choices;
    }

    private static List<String> values(String text, String where) {
        var values =
                Stream.of(text.split(",", -1)).map(String::strip).distinct().toList();
        if (values.contains("")) {
            throw SteadingException.invalid("Found an empty value in `%s` of %s", text, where);
        }
        return values;
    }

    private static SequencedMap<String, List<String>> read(Path file) {
        var choices = new LinkedHashMap<String, List<String>>();
        var number = 0;
        for (var line : lines(file)) {
            number++;
            var text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            var colon = text.indexOf(':');
            var where = "`%s:%d`".formatted(file.getFileName(), number);
            if (colon <= 0) {
                throw SteadingException.invalid("Found `%s` in %s, allowed is `NAME: VALUE, VALUE`", text, where);
            }
            var name = text.substring(0, colon).strip();
            if (choices.put(name, values(text.substring(colon + 1), where)) != null) {
                throw SteadingException.invalid("Found `%s` a second time in %s", name, where);
            }
        }
        return choices;
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > LONGEST_FILE_BYTES) {
                throw SteadingException.invalid(
                        "`%s` has %d bytes; at most %d are allowed", file, Files.size(file), LONGEST_FILE_BYTES);
            }
            return Files.readString(file, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw SteadingException.invalid("`--matrix-file`: `%s` cannot be read as text: %s", file, e);
        }
    }
}
