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

    /// A budget is used up: of attempts, or of workers that were lost while they ran the action.
    ///
    /// @param reason which budget, and what happened, for people
    /// @param attempts oldest first
    record GaveUp(String reason, List<FailedAttempt> attempts) implements Verdict {
        public GaveUp {
            attempts = List.copyOf(attempts);
        }
    }

    /// For too long workers were connected, but none that fits.
    ///
    /// @param reason for how long, and why none fits, for people
    /// @param attempts while there was one, oldest first
    record NobodyFits(String reason, List<FailedAttempt> attempts) implements Verdict {
        public NobodyFits {
            attempts = List.copyOf(attempts);
        }
    }
}
