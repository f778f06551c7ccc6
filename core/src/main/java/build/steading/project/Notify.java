// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import java.util.List;

/// Whom to tell about a build, beside those who wait for it: they are told in any case.
///
/// @param target who it is
/// @param on what to tell
public record Notify(Target target, List<Event> on) {
    /// Who is told.
    public sealed interface Target {
        /// Returns how the file calls it.
        String text();

        /// Whoever reads mail there.
        ///
        /// @param text an address, or text with references that becomes one
        record Email(String text) implements Target {}

        /// A program that the server knows.
        ///
        /// @param text its name in the server's configuration
        record Webhook(String text) implements Target {}
    }

    /// Something about a build that is worth telling.
    public enum Event {
        /// The build ended, however it did.
        FINISHED,
        /// It ended well.
        SUCCEEDED,
        /// It ended otherwise, but nobody cancelled it.
        FAILED,
        /// It succeeded after one of the same branch that did not, or the other way round. A branch's first build
        /// changes something if it does not succeed.
        CHANGED
    }

    public Notify {
        on = List.copyOf(on);
    }
}
