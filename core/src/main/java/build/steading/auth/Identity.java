// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.util.Locale;
import java.util.regex.Pattern;

/// Somebody who has proven who they are: a person, a program or a machine.
///
/// @param name unique in the farm: 1 to 64 letters, digits and `. _ - @`, beginning with a letter or digit
public record Identity(String name, Role role) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

    /// @throws IllegalArgumentException if the name is malformed
    public Identity {
        if (!isName(name)) {
            throw new IllegalArgumentException("`%s` is not a name; allowed are %s".formatted(name, NAME));
        }
    }

    /// Returns whether somebody may have this name.
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /// Returns what a sentence about it begins with, as in: Worker `box`.
    public String described() {
        var kind = role.name();
        return "%c%s `%s`".formatted(kind.charAt(0), kind.substring(1).toLowerCase(Locale.ROOT), name);
    }
}
