// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import java.util.List;

/// Whom to tell about a build.
///
/// @param email an address, or a reference to one
/// @param on what to tell
public record Notify(String email, List<Event> on) {
    /// Something about a build that is worth telling.
    public enum Event {
        /// The build ended, however it did.
        FINISHED
    }

    public Notify {
        on = List.copyOf(on);
    }
}
