// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.failure.Failure;
import build.steading.schedule.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How one attempt to run an action, and likewise the whole execution, ended.
public sealed interface Outcome {
    /// The command ran to its end. A non-zero exit code is the user's business, not a failure of the farm.
    ///
    /// @param result all its blobs are in the store
    /// @param cached whether the result was known and nothing ran
    /// @param warm what the task's warm directories hold now; empty unless the exit code is 0
    record Completed(ActionResult result, boolean cached, List<WarmDirectory> warm) implements Outcome {
        public Completed {
            warm = List.copyOf(warm);
        }
    }

    /// The command was killed after `limit`.
    ///
    /// @param partial what it had printed and made so far
    record TimedOut(Duration limit, ActionResult partial) implements Outcome {}

    /// The command was killed, or never ran, because nobody wanted the result any more.
    ///
    /// @param by who said so
    record Cancelled(String by) implements Outcome {}

    /// The command ran, but what it left behind cannot be a result: the task must be changed.
    ///
    /// @param partial what it had printed and made
    record Rejected(Failure failure, ActionResult partial) implements Outcome {}

    /// The command was killed because it used more memory than it may.
    ///
    /// @param limitBytes what it was allowed
    /// @param partial what it had printed and made so far
    record OutOfMemory(long limitBytes, ActionResult partial) implements Outcome {}

    /// The worker is not willing to run the command. The farm asks another one: no requester sees this.
    ///
    /// @param reason for people
    /// @param askAgainAfter when the worker may be willing; empty if never for this execution
    record Refused(String reason, Optional<Duration> askAgainAfter) implements Outcome {}

    /// The farm could not run the command, or does not know how it ended.
    ///
    /// @param fault what went wrong, if trying again may help
    record NotRun(Failure failure, Fault fault) implements Outcome {
        /// The attempt failed before the command started.
        public NotRun(Failure failure) {
            this(failure, Fault.SETUP);
        }
    }

    /// Returns what the command printed and made, if it ran.
    default Optional<ActionResult> made() {
        return switch (this) {
            case Completed(var result, var _, var _) -> Optional.of(result);
            case TimedOut(var _, var partial) -> Optional.of(partial);
            case Rejected(var _, var partial) -> Optional.of(partial);
            case OutOfMemory(var _, var partial) -> Optional.of(partial);
            case Cancelled _, Refused _, NotRun _ -> Optional.empty();
        };
    }

    /// Returns whether running the action again, on another worker perhaps, might end better.
    default boolean retryable() {
        return switch (this) {
            case Refused _, NotRun(Failure.Unavailable _, var _), NotRun(Failure.Overloaded _, var _) -> true;
            case NotRun _, Completed _, TimedOut _, Cancelled _, Rejected _, OutOfMemory _ -> false;
        };
    }
}
