// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.digest.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What is known of one task of one build.
///
/// @param name the task's name and, if it has one, its place in the matrix: `compile[cc=gcc]`
/// @param how what became of it
/// @param action digest of its `Action`; empty until its inputs are known
/// @param worker who runs it or ran it; empty if nobody did
/// @param times when it was ready, started and ended
/// @param log digest of what it printed, in the form of `LogFormat`; empty until it ended
/// @param outputs digest of the tree of its outputs, each at its own path; empty unless it succeeded
public record TaskRecord(
        String name,
        Ending how,
        Optional<Digest> action,
        String worker,
        Times times,
        Optional<Digest> log,
        Optional<Digest> outputs) {
    /// What became of a task.
    ///
    /// @param exitCode of its command; -1 if none ran to its end
    /// @param cached whether the result was known and nothing ran
    /// @param joined whether it shared its run with another build
    /// @param note what people should know: why it waits, why it failed; may be empty
    public record Ending(TaskState state, int exitCode, boolean cached, boolean joined, String note) {}

    /// When a task was ready to run, began to run, and ended.
    public record Times(Optional<Instant> ready, Optional<Instant> started, Optional<Instant> ended) {
        static final Times NONE = new Times(Optional.empty(), Optional.empty(), Optional.empty());

        Times ready(Instant now) {
            return new Times(Optional.of(now), Optional.empty(), Optional.empty());
        }

        Times started(Instant now) {
            return new Times(ready, Optional.of(now), Optional.empty());
        }

        Times ended(Instant now) {
            return new Times(ready, started, Optional.of(now));
        }
    }

    /// Returns what is known of a task before anything happens to it.
    public static TaskRecord waiting(String name) {
        return new TaskRecord(
                name,
                new Ending(TaskState.WAITING, -1, false, false, ""),
                Optional.empty(),
                "",
                Times.NONE,
                Optional.empty(),
                Optional.empty());
    }

    public TaskState state() {
        return how.state();
    }

    /// Returns how long the command took, as far as it ran; until `now` if it still does.
    public Duration took(Instant now) {
        return times.started()
                .map(start -> Duration.between(start, times.ended().orElse(now)))
                .orElse(Duration.ZERO);
    }

    /// Returns whether this is a successful run that really happened, from its beginning, for this build: one
    /// that says how long the task takes.
    public boolean ranByItself() {
        return state() == TaskState.SUCCEEDED
                && !how.cached()
                && !how.joined()
                && times.started().isPresent();
    }

    TaskRecord ready(Digest action, Instant now) {
        var queued = new Ending(TaskState.QUEUED, -1, false, false, "");
        return new TaskRecord(name, queued, Optional.of(action), "", times.ready(now), log, outputs);
    }

    TaskRecord queued(String reason) {
        var queued = new Ending(TaskState.QUEUED, -1, false, false, reason);
        return new TaskRecord(name, queued, action, "", times, log, outputs);
    }

    TaskRecord running(String worker, boolean joined, Instant now) {
        var running = new Ending(TaskState.RUNNING, -1, false, joined, "");
        return new TaskRecord(name, running, action, worker, times.started(now), log, outputs);
    }

    TaskRecord ended(Ending ending, Instant now) {
        return new TaskRecord(name, ending, action, worker, times.ended(now), log, outputs);
    }

    /// Returns this record of a task that began at `time`, if that is earlier than was thought.
    TaskRecord begun(Instant time) {
        return times.started().filter(time::isBefore).isEmpty()
                ? this
                : new TaskRecord(
                        name,
                        how,
                        action,
                        worker,
                        new Times(times.ready(), Optional.of(time), times.ended()),
                        log,
                        outputs);
    }

    TaskRecord with(String worker, Optional<Digest> log, Optional<Digest> outputs) {
        return new TaskRecord(name, how, action, worker, times, log, outputs);
    }
}
