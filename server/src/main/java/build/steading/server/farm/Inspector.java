// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.action.ReachableBlobs;
import build.steading.blob.BlobStore;
import build.steading.digest.HashFunction;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.Ending;
import build.steading.schedule.Fault;
import build.steading.schedule.WorkerId;
import java.util.Optional;

/// Judges what a worker says of how an attempt ended, before anybody hears of it. What the worker claims to have
/// stored must be in the store: a disk may be bad, a worker may be broken, or lie. As thread-safe as the store.
final class Inspector {
    /// About 3 MB: what workers name is new as a rule.
    private static final int REMEMBERED_DIGESTS = 20_000;

    private final BlobStore blobs;
    private final ReachableBlobs reachable;

    Inspector(BlobStore blobs) {
        this.blobs = blobs;
        this.reachable = new ReachableBlobs(blobs, REMEMBERED_DIGESTS);
    }

    /// Returns what the scheduler is to make of it. A result that names no blobs costs no look at the store.
    ///
    /// @param function that of the action
    /// @throws SteadingException with `Unavailable` if the store does not answer
    Ending judge(WorkerId worker, HashFunction function, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed(var result, var _, var _) -> done(worker, function, result);
            case Outcome.TimedOut(var _, var partial) -> done(worker, function, partial);
            case Outcome.Rejected(var _, var partial) -> done(worker, function, partial);
            case Outcome.OutOfMemory(var _, var partial) -> done(worker, function, partial);
            case Outcome.Refused(var reason, var askAgainAfter) -> new Ending.Refused(reason, askAgainAfter);
            // Whoever waits did not cancel it, or the lease were void: the worker had reasons of its own.
            case Outcome.Cancelled(var by) -> new Ending.Failed(Fault.WORKER_SHUTDOWN, "Cancelled by " + by);
            case Outcome.NotRun notRun -> notRun(worker, notRun);
        };
    }

    private Ending done(WorkerId worker, HashFunction function, ActionResult result) {
        return complaint(function, result)
                .<Ending>map(what -> new Ending.Failed(
                        Fault.CORRUPT, "Worker `%s` claims to have stored %s".formatted(worker, what)))
                .orElseGet(Ending.Done::new);
    }

    private Optional<String> complaint(HashFunction function, ActionResult result) {
        try {
            var missing = reachable.missing(result, function);
            return missing.isEmpty()
                    ? Optional.empty()
                    : Optional.of("blob `%s`, which is not there"
                            .formatted(missing.iterator().next()));
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.Invalid(var message)) {
                return Optional.of("a result that makes no sense: " + message);
            }
            throw e;
        }
    }

    private Ending notRun(WorkerId worker, Outcome.NotRun notRun) {
        if (notRun.retryable()) {
            return new Ending.Failed(notRun.fault(), notRun.failure().message());
        }
        if (notRun.failure() instanceof Failure.MissingBlobs(var digests)
                && blobs.findMissing(digests).isEmpty()) {
            return new Ending.Failed(
                    notRun.fault(), "Worker `%s` did not find inputs that are in the store".formatted(worker));
        }
        return new Ending.Done();
    }
}
