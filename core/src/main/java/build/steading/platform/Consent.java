// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.time.Duration;
import java.util.Optional;

/// Whether a worker is willing to run something now.
public sealed interface Consent {
    /// The worker is willing.
    record Given() implements Consent {}

    /// The worker is not willing.
    ///
    /// @param reason all the conditions that are not met, and what the request and the worker's surroundings are,
    ///     for people
    /// @param askAgainAfter when that may have changed; empty if it depends on nothing but the request
    record Withheld(String reason, Optional<Duration> askAgainAfter) implements Consent {}
}
