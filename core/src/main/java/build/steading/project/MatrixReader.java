// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.Suggestions;
import build.steading.yaml.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Reads `matrix`.
final class MatrixReader {
    /// The entries that are no axes.
    private static final Set<String> LISTS = Set.of("include", "exclude");

    private MatrixReader() {}

    /// Returns the matrix, or something harmless in its place.
    static Matrix read(Value value) {
        var axes = new LinkedHashMap<String, List<String>>();
        var entries = value.entries("a mapping of lists of values by the names of axes");
        entries.forEach((name, axis) -> {
            if (!LISTS.contains(name)) {
                axis.checkName(name, Names.OPTION_OR_AXIS, Names.OPTION_OR_AXIS_ALLOWED);
                axes.put(name, values(axis));
            }
        });
        var matrix = new Matrix(axes, combinations(entries, "include", axes), combinations(entries, "exclude", axes));
        checkExclude(entries, axes);
        if (value.isMapping() && axes.isEmpty() && matrix.include().isEmpty()) {
            value.problem("Found no axis, needed is at least one, or `include`");
            return Matrix.NONE;
        }
        if (matrix.size() + matrix.include().size() > Matrix.MAX_COMBINATIONS) {
            value.problem("Found more than %d combinations".formatted(Matrix.MAX_COMBINATIONS));
            return firstOnly(matrix);
        }
        return matrix;
    }

    private static List<String> values(Value axis) {
        var values = new ArrayList<String>();
        var items = axis.items("a list of values");
        for (var item : items) {
            var text = item.scalar(Names.AXIS_VALUE, Names.AXIS_VALUE_ALLOWED);
            if (text.isPresent() && values.contains(text.get())) {
                item.problem("Found `%s` twice".formatted(text.get()));
            }
            text.filter(found -> !values.contains(found)).ifPresent(values::add);
        }
        if (axis.isList() && items.isEmpty()) {
            axis.problem("Found an empty list, needed is at least one value");
        }
        return values.isEmpty() ? List.of("?") : values;
    }

    private static List<Map<String, String>> combinations(
            SequencedMap<String, Value> entries, String key, SequencedMap<String, List<String>> axes) {
        var combinations = new ArrayList<Map<String, String>>();
        var section = entries.get(key);
        if (section == null) {
            return combinations;
        }
        for (var item : section.items("a list of mappings such as `[{cc: gcc}]`")) {
            var combination = new LinkedHashMap<String, String>();
            item.entries("a mapping such as `{cc: gcc}`").forEach((name, value) -> {
                value.checkName(name, Names.OPTION_OR_AXIS, Names.OPTION_OR_AXIS_ALLOWED);
                var text = axes.isEmpty() || axes.containsKey(name)
                        ? value.scalar(Names.AXIS_VALUE, Names.AXIS_VALUE_ALLOWED)
                        : value.scalar("text, a number or a boolean");
                text.ifPresent(found -> combination.put(name, found));
            });
            if (combination.isEmpty() && item.isMapping()) {
                item.problem("Found no value, needed is at least one");
            } else {
                combinations.add(combination);
            }
        }
        return combinations;
    }

    private static void checkExclude(SequencedMap<String, Value> entries, SequencedMap<String, List<String>> axes) {
        var section = entries.get("exclude");
        if (section == null || !section.isList()) {
            return;
        }
        for (var item : section.items("")) {
            if (item.isMapping()) {
                item.entries("").forEach((name, value) -> checkExcluded(name, value, axes));
            }
        }
    }

    private static void checkExcluded(String name, Value value, SequencedMap<String, List<String>> axes) {
        var values = axes.get(name);
        if (values == null) {
            value.problem("Found `%s`, allowed here are the axes %s%s"
                    .formatted(name, Value.quoted(axes.keySet()), Suggestions.didYouMean(name, axes.keySet())));
            return;
        }
        var allowed = "one of " + Value.quoted(values);
        var text = value.scalar(allowed);
        if (text.isPresent() && !values.contains(text.get())) {
            value.wrong(allowed + Suggestions.didYouMean(text.get(), values));
        }
    }

    private static Matrix firstOnly(Matrix matrix) {
        var axes = new LinkedHashMap<String, List<String>>();
        matrix.keys().forEach(name -> axes.put(name, List.of("?")));
        return new Matrix(axes, List.of(), List.of());
    }
}
