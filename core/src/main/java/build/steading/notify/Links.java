// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.build.BuildId;
import java.net.URI;
import java.util.Optional;

/// Where people find more about a build.
///
/// @param base address of the server's pages, `http` or `https`; empty if it has none
public record Links(Optional<URI> base) {
    /// Returns the address of the page of a build.
    public Optional<String> page(BuildId build) {
        return base.map(uri -> uri.toString().replaceFirst("/+$", "") + "/build/" + build.value());
    }

    /// Returns what to type to see a build.
    public static String command(BuildId build) {
        return "steading show " + build.value();
    }
}
