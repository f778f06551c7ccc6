// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

/// A place where a file wants another one, or asks whether it is there.
///
/// @param name what stands between quotes or brackets, taken as it is; of a computed one, the name of the macro,
///     or the text that is no such name
public record Inclusion(Verb verb, Form form, String name) {

    public enum Verb {
        INCLUDE,
        /// The search begins behind the directory that the asking file was found in.
        INCLUDE_NEXT,
        /// The content is data: nothing in it is a directive.
        EMBED;
    }

    public enum Form {
        QUOTED,
        BRACKETED,
        /// A macro says what is included.
        COMPUTED
    }
}
