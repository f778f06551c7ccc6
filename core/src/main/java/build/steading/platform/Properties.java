// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What a worker is: typed values by name, for instance `os` = "linux", `cores` = 8, `sandbox` = "bubblewrap".
///
/// Immutable. Whole numbers of any size become `Long`, and others `Double`, so that equal properties are equal
/// however they were written.
///
/// @param values each a `String`, `Long`, `Double`, `Boolean`, or a `List` or `Map` (with `String` keys) of such
public record Properties(Map<String, Object> values) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    private static final Set<String> RESERVED = Set.of(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "false",
            "for",
            "function",
            "has",
            "if",
            "import",
            "in",
            "let",
            "loop",
            "namespace",
            "null",
            "package",
            "return",
            "tool",
            "true",
            "var",
            "version",
            "void",
            "while");

    /// @throws IllegalArgumentException if a value is of another type
    public Properties {
        values = frozen("", values);
    }

    /// Returns whether a property may have this name, so that expressions can mention it: a letter or `_`, then
    /// up to 63 letters, digits and `_`, and not a word of the language.
    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && !RESERVED.contains(name) && !PropertyPaths.isFixed(name);
    }

    /// Returns the values, sorted by name.
    @Override
    public String toString() {
        return values.toString();
    }

    private static Map<String, Object> frozen(String name, Map<?, ?> map) {
        var copy = new TreeMap<String, Object>();
        map.forEach((key, value) -> {
            if (!(key instanceof String text)) {
                throw new IllegalArgumentException("Key `%s` in property `%s` is not a string".formatted(key, name));
            }
            copy.put(text, frozen(name.isEmpty() ? text : name + "." + text, value));
        });
        return Collections.unmodifiableMap(new LinkedHashMap<>(copy));
    }

    private static Object frozen(String name, Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean truth -> truth;
            case Byte _, Short _, Integer _, Long _ -> ((Number) value).longValue();
            case Float _, Double _ -> ((Number) value).doubleValue();
            case List<?> list ->
                list.stream().map(element -> frozen(name, (Object) element)).toList();
            case Map<?, ?> map -> frozen(name, map);
            default ->
                throw new IllegalArgumentException(
                        "Property `%s` is a `%s`; strings, numbers, booleans, lists and maps are"
                                        .formatted(name, value.getClass().getSimpleName())
                                + " allowed");
        };
    }
}
