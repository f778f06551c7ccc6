// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Says what follows when an attempt came to nothing: another attempt, or the end. The rules are [RetryRule]'s.
final class Retries {
    private final Dispatcher dispatcher;

    Retries(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    /// Takes back leases whose workers are lost, or have lost them: all of them, before any slot that becomes free is
    /// given to somebody else.
    void lose(Collection<ActiveLease> lost, String reason) {
        for (var lease : lost) {
            dispatcher.close(lease);
            dispatcher.decide(new Decision.Revoked(lease.id, lease.worker.id, reason));
        }
        for (var lease : lost) {
            var execution = lease.execution;
            if (execution != null) {
                fail(lease, execution, Fault.WORKER_LOST, reason);
            }
        }
    }

    /// Follows up an attempt that failed, and whose lease is closed.
    void fail(ActiveLease lease, Execution execution, Fault fault, String reason) {
        var now = dispatcher.now();
        var attempt = new FailedAttempt(lease.worker.id, fault, reason);
        execution.failed.add(attempt);
        dispatcher.infirmary.failed(lease, execution, attempt, now);
        dispatcher.roster.index(lease.worker);
        var verdict = RetryRule.verdict(execution.failed, dispatcher.limits);
        if (verdict.isPresent()) {
            giveUp(execution, verdict.get());
            return;
        }
        execution.notBeforeNanos = now + RetryRule.backOff(execution.failed).toNanos();
        requeued(execution, Optional.of(fault), reason);
        if (now < execution.notBeforeNanos) {
            dispatcher.queue.add(execution, now);
        } else {
            tryAgain(execution);
        }
    }

    private void giveUp(Execution execution, Verdict verdict) {
        var absolved = RetryRule.killsWorkers(execution.failed, dispatcher.limits)
                ? dispatcher.infirmary.absolve(execution, dispatcher.now())
                : List.<WorkerId>of();
        dispatcher.end(execution, execution.waiterIds(), verdict);
        for (var id : absolved) {
            var worker = dispatcher.roster.find(id);
            if (worker != null) {
                dispatcher.serve(worker);
            }
        }
    }

    /// Follows up an attempt that was refused, and whose lease is closed: another worker is asked.
    void refuse(ActiveLease lease, Execution execution, Ending.Refused refused) {
        dispatcher.refusals.add(execution, lease.worker.id, refused, dispatcher.now());
        execution.notBeforeNanos = dispatcher.now();
        requeued(execution, Optional.empty(), refused.reason());
        dispatcher.offer(execution);
    }

    private void requeued(Execution execution, Optional<Fault> fault, String reason) {
        dispatcher.decide(new Decision.Requeued(
                execution.id,
                fault,
                reason,
                RetryRule.next(execution.failed),
                Nanos.toInstant(execution.notBeforeNanos)));
    }

    /// Offers again what has backed off for long enough.
    void wake() {
        var queue = dispatcher.queue;
        for (var due = queue.wakeDue(dispatcher.now()); due != null; due = queue.wakeDue(dispatcher.now())) {
            tryAgain(due);
        }
    }

    private void tryAgain(Execution execution) {
        if (RetryRule.of(execution.failed.getLast().fault()).elsewhere()) {
            dispatcher.queue.hold(execution, null, dispatcher.now());
        }
        dispatcher.offer(execution);
    }
}
