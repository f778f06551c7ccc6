// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

/// Knows what is at the names that a compiler would try.
@FunctionalInterface
public interface Places {
    /// Returns what is at a name, following symbolic links.
    ///
    /// @param name as a compiler would open it: relative to the compile's directory unless absolute. It may
    ///     contain `..`, which leads to the parent of wherever the name before it really is.
    Place at(String name);
}
