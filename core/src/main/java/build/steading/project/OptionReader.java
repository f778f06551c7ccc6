// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads one entry of `options`.
final class OptionReader {
    private static final List<String> ALL_KEYS = List.of("values", "type", "default", "help", "min", "max", "pattern");

    private static final String TYPES = "`type: bool`, `type: int`, `type: string`, or a list of `values`";

    private OptionReader() {}

    /// Returns the option, or something harmless in its place.
    static Option read(Value value) {
        var entries = value.entries("a mapping with `values` or `type`");
        if (entries.containsKey("values")) {
            return choice(Fields.of(value, List.of("values", "default", "help")));
        }
        var type = Optional.ofNullable(entries.get("type")).flatMap(name -> name.text(TYPES));
        switch (type.orElse("")) {
            case "bool" -> {
                return flag(Fields.of(value, List.of("type", "default", "help")));
            }
            case "int" -> {
                return whole(Fields.of(value, List.of("type", "default", "min", "max", "help")));
            }
            case "string" -> {
                return text(Fields.of(value, List.of("type", "default", "pattern", "help")));
            }
            default -> {}
        }
        var fields = Fields.of(value, ALL_KEYS);
        fields.required("type", TYPES).filter(_ -> type.isPresent()).ifPresent(name -> name.wrong(TYPES));
        return new Option.Text(Optional.empty(), "", "");
    }

    private static Option choice(Fields fields) {
        var values = new ArrayList<String>();
        fields.get("values").ifPresent(list -> {
            var items = list.items("a list of values");
            for (var item : items) {
                var text = item.scalar("text, a number or a boolean");
                if (text.isPresent() && values.contains(text.get())) {
                    item.problem("Found `%s` twice".formatted(text.get()));
                }
                text.filter(found -> !values.contains(found)).ifPresent(values::add);
            }
            if (list.isList() && items.isEmpty()) {
                list.problem("Found an empty list, needed is at least one value");
            }
        });
        var first = values.isEmpty() ? "" : values.getFirst();
        var option = new Option.Choice(values, first, help(fields));
        if (values.isEmpty()) {
            return option;
        }
        return fields.get("default")
                .flatMap(value -> value.scalar(option.allowed()))
                .flatMap(text -> accepted(fields, option, text))
                .map(text -> new Option.Choice(values, text, option.help()))
                .orElse(option);
    }

    private static Option flag(Fields fields) {
        var value = fields.get("default")
                .flatMap(given -> given.bool("`true` or `false`"))
                .orElse(false);
        return new Option.Flag(Boolean.toString(value), help(fields));
    }

    private static Option whole(Fields fields) {
        var min = number(fields, "min").orElse(Long.MIN_VALUE);
        var max = number(fields, "max").orElse(Long.MAX_VALUE);
        if (min > max) {
            fields.get("min").ifPresent(value -> value.problem("Found `min` %d above `max` %d".formatted(min, max)));
        }
        fields.required("default", "a whole number");
        var given = number(fields, "default");
        var option = new Option.Whole(min, max, Long.toString(given.orElse(0L)), help(fields));
        if (min <= max) {
            given.ifPresent(number -> accepted(fields, option, Long.toString(number)));
        }
        return option;
    }

    private static Optional<Long> number(Fields fields, String key) {
        return fields.get(key).flatMap(value -> value.number("a whole number"));
    }

    private static Option text(Fields fields) {
        var pattern = fields.get("pattern").flatMap(OptionReader::pattern);
        var given = fields.get("default").flatMap(value -> value.scalar("text"));
        var option = new Option.Text(pattern, given.orElse(""), help(fields));
        if (given.isPresent()) {
            accepted(fields, option, given.get());
        } else if (pattern.isPresent() && !pattern.get().matches("")) {
            fields.required("default", option.allowed());
        }
        return option;
    }

    /// These patterns take linear time, whatever text they are matched with.
    private static Optional<Pattern> pattern(Value value) {
        var text = value.text("a regular expression");
        try {
            return text.map(Pattern::compile);
        } catch (PatternSyntaxException e) {
            value.problem(
                    "Found `%s`, which is no regular expression: %s".formatted(e.getPattern(), e.getDescription()));
            return Optional.empty();
        }
    }

    private static Optional<String> accepted(Fields fields, Option option, String text) {
        var accepted = option.accept(text);
        if (accepted.isEmpty()) {
            fields.get("default").ifPresent(value -> value.wrong(option.allowed() + option.didYouMean(text)));
        }
        return accepted;
    }

    private static String help(Fields fields) {
        return fields.text("help", "text").orElse("");
    }
}
