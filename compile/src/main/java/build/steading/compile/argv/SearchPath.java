// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.List;

/// Where a compile looks headers up: directories as they were given, not yet looked at, in the order of the
/// search.
///
/// @param quote for `#include "x"` alone
/// @param bracket for both forms, after `quote`
/// @param system after `bracket`: those of the compiler come after these
/// @param after those of the compiler
/// @param embed for `#embed`
/// @param standard whether the compiler adds directories of its own
/// @param microsoft whether `#include "x"` is also looked up beside all files that led to it, as `cl.exe` does
public record SearchPath(
        List<String> quote,
        List<String> bracket,
        List<String> system,
        List<String> after,
        List<String> embed,
        boolean standard,
        boolean microsoft) {
    public SearchPath {
        quote = List.copyOf(quote);
        bracket = List.copyOf(bracket);
        system = List.copyOf(system);
        after = List.copyOf(after);
        embed = List.copyOf(embed);
    }
}
