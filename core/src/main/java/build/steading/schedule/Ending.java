// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.Optional;

/// How an attempt ended.
public sealed interface Ending {
    /// There is a result, which may well be a failure of the user's command: it is not tried again.
    record Done() implements Ending {}

    /// The farm is at fault: another attempt may end better.
    ///
    /// @param reason for people
    record Failed(Fault fault, String reason) implements Ending {}

    /// The worker is not willing to run this. It counts as no attempt.
    ///
    /// @param reason for people
    /// @param askAgainAfter when the worker may be willing; empty if never for this execution
    record Refused(String reason, Optional<Duration> askAgainAfter) implements Ending {}
}
