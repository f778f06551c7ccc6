// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.yaml.Problems;
import build.steading.yaml.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/// What a project is built for: every combination of the values of its axes, without those that are excluded, and
/// with what is included, as in GitHub Actions.
///
/// A combination may also have values that are of no axis: an entry of `include` gave them to it. Where there are
/// no axes, all that `include` names is an axis.
///
/// @param axes the values of each axis, in order
/// @param include each entry is added to the combinations that agree with it on all axes; if there are none, it
///     makes one
/// @param exclude each entry takes away the combinations that agree with it on all that it names
public record Matrix(
        SequencedMap<String, List<String>> axes, List<Map<String, String>> include, List<Map<String, String>> exclude) {
    /// How many combinations a matrix may have.
    public static final int MAX_COMBINATIONS = 256;

    /// The matrix of a project that is built for one thing only.
    public static final Matrix NONE = new Matrix(new LinkedHashMap<>(), List.of(), List.of());

    public Matrix {
        axes = Ordered.copyOf(axes);
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /// Returns the names of everything that a combination may have, axes first.
    public SequencedSet<String> keys() {
        var keys = new LinkedHashSet<>(axes.keySet());
        include.forEach(entry -> keys.addAll(entry.keySet()));
        return keys;
    }

    /// Returns the names of the axes, in order.
    public SequencedSet<String> axisNames() {
        return axes.isEmpty() ? keys() : new LinkedHashSet<>(axes.keySet());
    }

    /// Returns the axes that decide about the value of a key: itself, if it is an axis.
    SequencedSet<String> axesBehind(String key) {
        var names = axisNames();
        var behind = new LinkedHashSet<String>();
        for (var name : names) {
            if (name.equals(key)
                    || (!names.contains(key)
                            && include.stream().anyMatch(e -> e.containsKey(key) && e.containsKey(name)))) {
                behind.add(name);
            }
        }
        return behind;
    }

    /// Returns how many combinations the axes alone make.
    long size() {
        var size = 1L;
        for (var values : axes.values()) {
            size = Math.min(size * values.size(), Integer.MAX_VALUE);
        }
        return size;
    }

    /// Returns all combinations: those of the axes in order, the last axis changing fastest, then what `include`
    /// made. Without a matrix it is one empty combination.
    public List<SequencedMap<String, String>> combinations() {
        if (axes.isEmpty() && include.isEmpty()) {
            return List.of(new LinkedHashMap<>());
        }
        var originals = new ArrayList<SequencedMap<String, String>>();
        if (!axes.isEmpty()) {
            originals.addAll(product());
            originals.removeIf(combination -> exclude.stream().anyMatch(entry -> contains(combination, entry)));
        }
        var extended = new ArrayList<SequencedMap<String, String>>();
        originals.forEach(original -> extended.add(new LinkedHashMap<>(original)));
        for (var entry : include) {
            var matched = false;
            for (var i = 0; i < originals.size(); i++) {
                if (agrees(originals.get(i), entry)) {
                    extended.get(i).putAll(entry);
                    matched = true;
                }
            }
            if (!matched) {
                extended.add(inOrder(entry));
            }
        }
        return List.copyOf(extended);
    }

    /// Returns the combinations that have certain values.
    ///
    /// @param values by axis, several of one axis with commas between them; none for all combinations
    /// @throws SteadingException with `Invalid` if there is no such axis, value or combination
    public List<SequencedMap<String, String>> select(Map<String, String> values) {
        var all = combinations();
        var problems = Problems.unlocated();
        var allowed = new LinkedHashMap<String, List<String>>();
        values.forEach((axis, several) -> allowed.put(axis, List.of(several.split(",", -1))));
        allowed.forEach((axis, several) -> several.forEach(value -> checkSelected(axis, value, all, problems)));
        problems.throwIfAny();
        var selected = all.stream()
                .filter(combination -> allowed.entrySet().stream().allMatch(entry -> isOneOf(combination, entry)))
                .toList();
        if (selected.isEmpty()) {
            throw SteadingException.invalid("No combination of the matrix has %s", label(values));
        }
        return selected;
    }

    private static boolean isOneOf(Map<String, String> combination, Map.Entry<String, List<String>> allowed) {
        var value = combination.get(allowed.getKey());
        return value != null && allowed.getValue().contains(value);
    }

    private void checkSelected(
            String axis, String value, List<SequencedMap<String, String>> combinations, Problems problems) {
        var known = combinations.stream()
                .flatMap(combination -> Optional.ofNullable(combination.get(axis)).stream())
                .distinct()
                .toList();
        if (axisNames().isEmpty()) {
            problems.add("", "Found axis `%s`, but this project has no `matrix`".formatted(axis));
        } else if (!axisNames().contains(axis)) {
            problems.add(
                    "",
                    "Found axis `%s`, allowed are %s%s"
                            .formatted(axis, Value.quoted(axisNames()), Suggestions.didYouMean(axis, axisNames())));
        } else if (!known.contains(value)) {
            problems.add(
                    "",
                    "Found `%s` for axis `%s`, allowed is one of %s%s"
                            .formatted(value, axis, Value.quoted(known), Suggestions.didYouMean(value, known)));
        }
    }

    /// Returns a combination as people write it, for instance `cc=gcc,opt=O2`.
    static String label(Map<String, String> combination) {
        return String.join(
                ",",
                combination.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
    }

    private List<SequencedMap<String, String>> product() {
        List<SequencedMap<String, String>> product = List.of(new LinkedHashMap<>());
        for (var axis : axes.entrySet()) {
            var longer = new ArrayList<SequencedMap<String, String>>();
            for (var combination : product) {
                for (var value : axis.getValue()) {
                    var next = new LinkedHashMap<>(combination);
                    next.put(axis.getKey(), value);
                    longer.add(next);
                }
            }
            product = longer;
        }
        return product;
    }

    /// Axes first, so that a combination made by `include` reads like the others.
    private SequencedMap<String, String> inOrder(Map<String, String> entry) {
        var ordered = new LinkedHashMap<String, String>();
        for (var key : keys()) {
            var value = entry.get(key);
            if (value != null) {
                ordered.put(key, value);
            }
        }
        return ordered;
    }

    private static boolean contains(Map<String, String> combination, Map<String, String> values) {
        return combination.entrySet().containsAll(values.entrySet());
    }

    private boolean agrees(Map<String, String> original, Map<String, String> entry) {
        return entry.entrySet().stream()
                .allMatch(value ->
                        !axes.containsKey(value.getKey()) || value.getValue().equals(original.get(value.getKey())));
    }
}
