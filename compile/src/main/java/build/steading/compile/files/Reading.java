// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

/// What came of reading the file at a name.
public sealed interface Reading {
    record File(Content content) implements Reading {}

    record Directory(Signature signature) implements Reading {}

    /// There is nothing of this name.
    record Absent() implements Reading {
        static final Absent ABSENT = new Absent();
    }

    /// There is something, but neither a directory nor a file that can be read.
    ///
    /// @param reason a message for the user
    record Unreadable(String reason) implements Reading {}
}
