// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// An option as it was given.
///
/// @param value empty if it has none
record Given(Option option, String value) {

    String name() {
        return option.name();
    }

    /// Returns name and value as messages show them.
    String text() {
        var between = option.arity() == Option.Arity.SEPARATE ? " " : "";
        return value.isEmpty() ? name() : name() + between + value;
    }
}
