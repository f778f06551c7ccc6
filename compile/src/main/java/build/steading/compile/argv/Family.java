// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// Compilers that share their options.
public enum Family {
    GCC,
    CLANG,
    /// Microsoft's `cl.exe`.
    CL,
    /// Clang as it understands the options of `cl.exe`.
    CLANG_CL;

    /// Returns whether options are written as `cl.exe` has them.
    public boolean isMicrosoft() {
        return this == CL || this == CLANG_CL;
    }
}
