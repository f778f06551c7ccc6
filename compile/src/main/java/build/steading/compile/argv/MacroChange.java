// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.Optional;

/// A macro that the command line defines or undefines.
///
/// @param name with the parameters, if it has any
/// @param value what it stands for; none if it is undefined
public record MacroChange(String name, Optional<String> value) {

    /// @param text what follows `-D`: a definition without a value means `1`
    static MacroChange define(String text) {
        var equals = text.indexOf('=');
        return equals < 0
                ? new MacroChange(text, Optional.of("1"))
                : new MacroChange(text.substring(0, equals), Optional.of(text.substring(equals + 1)));
    }

    /// @param text what follows `/D`, where `#` may stand for `=`
    static MacroChange defineMicrosoft(String text) {
        return define(text.indexOf('=') < 0 ? text.replaceFirst("#", "=") : text);
    }

    static MacroChange undefine(String name) {
        return new MacroChange(name, Optional.empty());
    }
}
