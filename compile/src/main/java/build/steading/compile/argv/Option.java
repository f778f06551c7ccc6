// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.Optional;

/// A row of an [OptionTable].
///
/// @param name with the dashes, and with the `=` or `:` before a joined value
/// @param reason why a command line with it is not run elsewhere, if it is not
record Option(String name, Arity arity, Effect effect, Optional<Reason> reason) {

    /// Where the value of an option stands.
    enum Arity {
        /// It has none.
        FLAG,
        /// In the same argument; it may be empty.
        JOINED,
        /// In the next argument.
        SEPARATE,
        /// In the same argument or, if nothing follows there, in the next one.
        EITHER
    }

    /// Returns whether an argument that begins with the name, but goes on, can be this option.
    boolean takesJoined() {
        return arity == Arity.JOINED || arity == Arity.EITHER;
    }

    /// Returns whether the next argument is the value, when nothing follows the name.
    boolean takesNext() {
        return arity == Arity.SEPARATE || arity == Arity.EITHER;
    }
}
