// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// A file that a compile writes.
///
/// @param name as the compiler opens it
/// @param mayBeMissing whether the compiler may have good reasons not to write it
public record Output(Kind kind, String name, boolean mayBeMissing) {

    /// What a file is for.
    public enum Kind {
        OBJECT,
        ASSEMBLY,
        /// What was read, as rules of make, or as JSON by `cl.exe`.
        DEPENDENCIES,
        SPLIT_DEBUG,
        COVERAGE_NOTES,
        STACK_USAGE,
        CALL_GRAPH,
        DIAGNOSTICS
    }
}
