// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.util.List;

/// The directories that a compiler searches for headers by itself, named as the compiler names them: not
/// normalised, `..` stands where it stands.
///
/// @param existing in the order in which they are searched
/// @param missing where it would search too if there were such directories
public record SearchDirectories(List<String> existing, List<String> missing) {
    static final SearchDirectories NONE = new SearchDirectories(List.of(), List.of());

    public SearchDirectories {
        existing = List.copyOf(existing);
        missing = List.copyOf(missing);
    }
}
