// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

/// What one look at a name has shown.
public sealed interface Look {
    /// There is something: a file, a directory or anything else.
    record Present(Signature signature) implements Look {}

    /// There is nothing of this name.
    record Absent() implements Look {
        static final Absent ABSENT = new Absent();
    }

    /// Nobody can say what is there.
    ///
    /// @param reason a message for the user
    record Unreadable(String reason) implements Look {}
}
