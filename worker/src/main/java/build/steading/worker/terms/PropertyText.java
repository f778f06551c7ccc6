// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import build.steading.platform.Properties;
import build.steading.yaml.Problems;
import build.steading.yaml.YamlText;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/// A property of an owner's own as it is written on the command line: `name=value`, where the value is a whole
/// number, a decimal number, `true` or `false`, several of these with commas between them, or else a text; or
/// `name:=JSON` for all else.
sealed interface PropertyText {
    /// What a property may be, for messages.
    String ALLOWED = "a text, number, boolean, list or mapping";

    /// Properties that no owner knows better than the machine itself.
    Set<String> FIXED = Set.of("arch", "os", "sandbox");

    /// @param value as for [Properties]
    record Property(String name, Object value) implements PropertyText {}

    /// @param message what was found, and what is allowed
    record Wrong(String message) implements PropertyText {}

    static PropertyText parse(String text) {
        var equals = text.indexOf('=');
        if (equals <= 0) {
            return new Wrong("Found `%s`, allowed here is `name=value` or `name:=JSON`".formatted(text));
        }
        if (text.charAt(equals - 1) != ':') {
            return new Property(text.substring(0, equals), value(text.substring(equals + 1)));
        }
        var json = text.substring(equals + 1);
        var problems = Problems.unlocated();
        var value = YamlText.compose(json, ALLOWED, problems).map(top -> top.data(ALLOWED));
        return value.isPresent() && !problems.any()
                ? new Property(text.substring(0, equals - 1), value.get())
                : new Wrong("Found `%s`, allowed after `:=` is JSON".formatted(json));
    }

    private static Object value(String text) {
        if (text.indexOf(',') < 0) {
            return single(text);
        }
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(PropertyText::single)
                .toList();
    }

    private static Object single(String text) {
        if (text.matches("-?[0-9]{1,18}")) {
            return Long.valueOf(text);
        }
        if (text.matches("-?[0-9]{1,15}\\.[0-9]{1,15}")) {
            return Double.valueOf(text);
        }
        return text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : text;
    }

    /// Returns why an owner's property cannot be called so, if it cannot.
    static Optional<String> checkName(String name) {
        if (FIXED.contains(name)) {
            return Optional.of("Found the property `%s`, which the worker finds out by itself".formatted(name));
        }
        return Properties.isName(name)
                ? Optional.empty()
                : Optional.of(
                        "Found the property `%s`, allowed are letters, digits and `_`, at most 64 of them, the first"
                                        .formatted(name)
                                + " one no digit, and no word of the language");
    }
}
