// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// What a caller must know about a compile beyond the files that it reads and writes.
public enum Trait {
    /// The output names the directory that the compiler runs in.
    EMBEDS_DIRECTORY,
    /// The output names itself, or a file beside it.
    EMBEDS_OUTPUT_NAME,
    /// `__DATE__` is what the command line says.
    REDEFINES_DATE,
    /// `__TIME__` is what the command line says.
    REDEFINES_TIME,
    /// `__TIMESTAMP__` is what the command line says.
    REDEFINES_TIMESTAMP,
    /// Standard output lists the headers that were read, as by `/showIncludes`.
    SHOWS_INCLUDES
}
