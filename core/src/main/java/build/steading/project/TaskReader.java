// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Reads one entry of `tasks`.
final class TaskReader {
    private static final List<String> KEYS = List.of(
            "needs",
            "run",
            "inputs",
            "outputs",
            "environment",
            "requires",
            "timeout",
            "network",
            "compile",
            "cache",
            "directory",
            "memory",
            "retry",
            "allow-missing-outputs");

    private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,5})([smhd])");
    private static final Pattern COMPILE = Pattern.compile("here|distribute");
    private static final Pattern BYTES = Pattern.compile("([1-9][0-9]{0,5})(KiB|MiB|GiB|TiB)");
    private static final String PATTERN_ALLOWED =
            "a path or pattern such as `src/**`, in quotes if it begins with `*` or `!`";

    private TaskReader() {}

    static Task read(String name, Value value) {
        var fields = Fields.of(value, KEYS);
        return new Task(
                name,
                needs(fields),
                fields.required("run", "a command").map(TaskReader::run).orElse(new Run.Script("?")),
                fields.texts("inputs", PATTERN_ALLOWED).orElse(Task.DEFAULT_INPUTS),
                fields.texts("outputs", PATTERN_ALLOWED).orElse(List.of()),
                Environments.read(fields),
                fields.text("requires", "an expression in quotes").orElse(""),
                fields.get("timeout").map(TaskReader::duration).orElse(Task.DEFAULT_TIMEOUT),
                bool(fields, "network", "`on` or `off`"),
                distributed(fields),
                fields.texts("cache", "the path of a directory").orElse(List.of()),
                fields.get("directory").map(TaskReader::directory).orElse(""),
                fields.get("memory").map(TaskReader::bytes).orElse(OptionalLong.empty()),
                fields.get("retry").map(RetryReader::read).orElse(Retry.STANDARD),
                bool(fields, "allow-missing-outputs", "`true` or `false`"));
    }

    private static List<String> needs(Fields fields) {
        var needs = fields.texts("needs", "the name of a task").orElse(List.of());
        if (new HashSet<>(needs).size() < needs.size()) {
            fields.get("needs").ifPresent(value -> value.problem("Found a task twice in `needs`"));
        }
        return needs;
    }

    private static Run run(Value value) {
        if (!value.isList()) {
            var text = value.text("a command for the shell, or a list of a program and its arguments")
                    .orElse("?");
            if (text.isBlank()) {
                value.problem("Found an empty command");
            }
            return new Run.Script(text);
        }
        var argv = value.items("").stream()
                .map(item -> item.text("text: put it in quotes").orElse("?"))
                .toList();
        if (argv.isEmpty()) {
            value.problem("Found an empty list, allowed is a program and its arguments");
        }
        return argv.isEmpty() ? new Run.Script("?") : new Run.Arguments(argv);
    }

    private static Duration duration(Value value) {
        var text = value.text(DURATION, "a duration such as `90s`, `30m`, `2h` or `1d`");
        return text.map(TaskReader::duration).orElse(Task.DEFAULT_TIMEOUT);
    }

    private static Duration duration(String text) {
        var number = Long.parseLong(text, 0, text.length() - 1, 10);
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static OptionalLong bytes(Value value) {
        var text = value.text(BYTES, "an amount such as `512MiB` or `2GiB`");
        return text.map(TaskReader::bytes).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static long bytes(String text) {
        var number = Long.parseLong(text, 0, text.length() - 3, 10);
        var shift = 10 * (1 + "KMGT".indexOf(text.charAt(text.length() - 3)));
        return number << shift;
    }

    private static String directory(Value value) {
        var path = value.text("the path of a directory").orElse("?");
        if (path.isEmpty()) {
            value.wrong("the path of a directory; without `directory` it is that of the project");
        }
        return path;
    }

    private static boolean distributed(Fields fields) {
        return fields.get("compile")
                .flatMap(value -> value.text(COMPILE, "`here` or `distribute`"))
                .filter("distribute"::equals)
                .isPresent();
    }

    private static boolean bool(Fields fields, String key, String allowed) {
        return fields.get(key).flatMap(value -> value.bool(allowed)).orElse(false);
    }
}
