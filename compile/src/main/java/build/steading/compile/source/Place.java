// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

/// What is at a name.
public sealed interface Place {

    /// A file that can be read.
    ///
    /// @param scan by [SourceScanner#scan], but of assembler that is not preprocessed by
    ///     [SourceScanner#scanAssembler]; [Scan#EMPTY] will do where the content is data
    record File(Scan scan) implements Place {}

    /// @param identity the same for all names of one directory, such as its real path
    record Directory(String identity) implements Place {}

    /// There is no such name.
    record Nothing() implements Place {}

    /// It is there, but whoever asks cannot say what it holds.
    record Unreadable() implements Place {}
}
