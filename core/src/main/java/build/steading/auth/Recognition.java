// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

/// What became of somebody's attempt to prove who he is.
public sealed interface Recognition {
    record Known(Identity identity) implements Recognition {}

    /// @param why what was shown, and what helps; a message as those of failures are
    record Unknown(String why) implements Recognition {}
}
