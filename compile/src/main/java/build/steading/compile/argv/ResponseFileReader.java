// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.Optional;

/// Reads the files that command lines name by `@`.
@FunctionalInterface
public interface ResponseFileReader {
    /// Returns the bytes of a file, or nothing if the compiler could not open it either.
    ///
    /// @param name as typed: a relative one is relative to the compile's directory
    Optional<byte[]> read(String name);
}
