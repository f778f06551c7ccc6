// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import java.time.Duration;

/// What one check came to, and why.
///
/// @param seen what the server did, in a few words; empty if that goes without saying
public record Finding(Check check, Verdict verdict, String seen, Duration took) {
    /// Returns whether a server with this finding falls short of the protocol: optional parts may be missing.
    public boolean blames() {
        return verdict == Verdict.FAILED && check.level() != Level.INFO;
    }
}
