// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import build.steading.failure.SteadingException;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Platform properties of clients that know nothing of [PlatformProperties]: each names a property that the
/// worker must have, with just that value. `OSFamily` and `ISA`, as the Remote Execution API suggests them, are
/// `os` and `arch`.
public final class ForeignProperties {
    private static final String OURS = "steading.";
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}|-?[0-9]{1,15}\\.[0-9]{1,15}");
    private static final Map<String, String> ARCHITECTURES =
            Map.of("x86-64", "x86_64", "x86-32", "i686", "arm-a64", "aarch64", "arm-a32", "armv7l");

    private ForeignProperties() {}

    /// Returns whether a platform property is none of ours.
    public static boolean isForeign(String name) {
        return !name.startsWith(OURS);
    }

    /// Returns what is required of a worker.
    ///
    /// @param known whether any worker has a property of this name
    /// @throws SteadingException with `Invalid` if no worker can fit, or none has the property
    public static Requirement requirement(String name, String value, Predicate<String> known) {
        return switch (name) {
            case "OSFamily" -> Requirement.parse("os == " + text(value.toLowerCase(Locale.ROOT)));
            case "ISA" -> Requirement.parse("arch == " + text(ARCHITECTURES.getOrDefault(value, value)));
            default -> {
                if (!Properties.isName(name) || !known.test(name)) {
                    throw SteadingException.invalid(
                            "No worker has the platform property `%s` (`%s` is asked for)", name, value);
                }
                yield Requirement.parse(name + " == " + literal(value));
            }
        };
    }

    /// Owners' properties are typed by how they look, so a client's value is, too.
    private static String literal(String value) {
        return NUMBER.matcher(value).matches() || value.equals("true") || value.equals("false") ? value : text(value);
    }

    private static String text(String value) {
        var text = new StringBuilder("\"");
        value.chars().forEach(c -> {
            if (c < ' ' || c == '"' || c == '\\') {
                text.append("\\u%04x".formatted(c));
            } else {
                text.append((char) c);
            }
        });
        return text.append('"').toString();
    }
}
