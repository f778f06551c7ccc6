// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.List;

/// How an execution ended. Every execution gets exactly one.
public sealed interface Verdict {
    /// An attempt came to a result.
    record Done() implements Verdict {}

    /// The last waiter left.
    ///
    /// @param by who that was, for people
    record Cancelled(String by) implements Verdict {}

    /// A budget is used up: of attempts, of workers that were lost while they ran the action, or of the time in
    /// which workers were connected, but none that fits.
    ///
    /// @param reason which budget, and what happened, for people
    /// @param attempts oldest first
    record GaveUp(String reason, List<FailedAttempt> attempts) implements Verdict {
        public GaveUp {
            attempts = List.copyOf(attempts);
        }
    }
}
