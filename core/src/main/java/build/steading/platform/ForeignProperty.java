// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A platform property of a client that knows nothing of [PlatformProperties]: it names a property that the
/// worker must have, with just that value. `OSFamily` and `ISA`, as the Remote Execution API suggests them, are
/// `os` and `arch`.
///
/// @param name what the client calls it
/// @param value what the client asks for
/// @param requirement what that means to workers
public record ForeignProperty(String name, String value, Requirement requirement) {
    private static final String OURS = "steading.";
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}|-?[0-9]{1,15}\\.[0-9]{1,15}");
    private static final Map<String, String> ARCHITECTURES =
            Map.of("x86-64", "x86_64", "x86-32", "i686", "arm-a64", "aarch64", "arm-a32", "armv7l");

    /// Returns whether a platform property is none of ours.
    public static boolean isForeign(String name) {
        return !name.startsWith(OURS);
    }

    /// @throws SteadingException with `Unsupported` if no worker ever could have a property of that name
    public static ForeignProperty of(String name, String value) {
        var requirement = switch (name) {
            case "OSFamily" -> "os == " + text(value.toLowerCase(Locale.ROOT));
            case "ISA" -> "arch == " + text(ARCHITECTURES.getOrDefault(value, value));
            default -> worker(name, value) + " == " + literal(value);
        };
        return new ForeignProperty(name, value, Requirement.parse(requirement));
    }

    private static String worker(String name, String value) {
        if (!Properties.isName(name)) {
            throw new SteadingException(new Failure.Unsupported(unknown(name, value)));
        }
        return name;
    }

    static String unknown(String name, String value) {
        return "No worker has the platform property `%s` (`%s` is asked for)".formatted(name, value);
    }

    /// Returns what a worker has in place of what is asked for, if it has anything.
    Optional<Object> offered(Properties worker) {
        return new PropertyPath(List.of(property())).find(worker);
    }

    boolean isMetBy(Properties worker) {
        return requirement.check(worker) instanceof Fit.Fits;
    }

    private String property() {
        return switch (name) {
            case "OSFamily" -> "os";
            case "ISA" -> "arch";
            default -> name;
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
