// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

/// What a file mentions, outside of comments, that matters to whoever runs or remembers a compile.
public enum Mark {
    /// `__DATE__`
    DATE,
    /// `__TIME__`
    TIME,
    /// `__TIMESTAMP__`: when the file itself was changed last.
    TIMESTAMP,
    /// `.incbin` or `.include`: the assembler may read files.
    ASSEMBLER_INPUT,
    /// `#pragma once`
    PRAGMA_ONCE,
    /// Something that the scanner does not follow, though it may hide what the file includes: ask the compiler.
    OBSCURE
}
