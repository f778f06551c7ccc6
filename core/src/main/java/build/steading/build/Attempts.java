// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.execute.Outcome;
import build.steading.project.Retry;
import java.time.Duration;
import java.util.List;

/// Decides after each attempt at a task whether there is another one. It is about commands that ran: what the
/// farm failed at it has repeated by itself, and never says so. A pure state machine. Not thread-safe.
final class Attempts {
    private final Retry retry;
    private final List<Duration> pauses;
    private int repeated;
    private boolean enlarged;

    /// What is next.
    sealed interface Next {
        /// Nothing: that was the end.
        record End() implements Next {}

        /// The same once more, after a while.
        record Later(Duration pause, int attempt, int of) implements Next {}

        /// The same at once, with more memory.
        record Larger(long memoryBytes) implements Next {}
    }

    /// @param pauses before the second attempt, the third and so on; the last one counts for all further ones
    Attempts(Retry retry, List<Duration> pauses) {
        this.retry = retry;
        this.pauses = List.copyOf(pauses);
    }

    Next after(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed(var result, var _, var _)
            when retry.exitStatuses().contains(result.getExitCode()) && repeated < retry.times() -> {
                var pause = pauses.isEmpty() ? Duration.ZERO : pauses.get(Math.min(repeated, pauses.size() - 1));
                repeated++;
                yield new Next.Later(pause, repeated + 1, retry.times() + 1);
            }
            case Outcome.OutOfMemory(var limit, var _)
            when !enlarged && retry.times() > 0 && limit > 0 && limit <= Long.MAX_VALUE / 2 -> {
                enlarged = true;
                yield new Next.Larger(2 * limit);
            }
            case Outcome.Completed _,
                    Outcome.OutOfMemory _,
                    Outcome.TimedOut _,
                    Outcome.Cancelled _,
                    Outcome.Rejected _,
                    Outcome.Refused _,
                    Outcome.NotRun _ -> new Next.End();
        };
    }

    /// Says how often it was tried, as the end of a note; nothing if only once.
    String tried() {
        return repeated == 0 ? "" : ", at attempt %d of %d".formatted(repeated + 1, retry.times() + 1);
    }

    boolean enlarged() {
        return enlarged;
    }
}
