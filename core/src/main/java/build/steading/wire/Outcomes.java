// SPDX-License-Identifier: Apache-2.0
package build.steading.wire;

import build.steading.api.v1.WorkOutcome;
import build.steading.execute.Outcome;
import build.steading.failure.SteadingException;
import build.steading.schedule.Fault;
import java.time.Duration;
import java.util.Optional;

/// Converts how an attempt ended.
public final class Outcomes {
    private Outcomes() {}

    /// @throws IllegalArgumentException if `outcome` is one that no worker comes to by itself
    public static WorkOutcome toProto(Outcome outcome) {
        var message = WorkOutcome.newBuilder();
        switch (outcome) {
            case Outcome.Completed completed ->
                message.setCompleted(WorkOutcome.Completed.newBuilder()
                        .setResult(completed.result())
                        .addAllWarm(Leases.warm(completed.warm())));
            case Outcome.TimedOut(var limit, var partial) ->
                message.setTimedOut(WorkOutcome.TimedOut.newBuilder()
                        .setLimit(Times.toProto(limit))
                        .setPartial(partial));
            case Outcome.Rejected(var failure, var partial) ->
                message.setRejected(WorkOutcome.Rejected.newBuilder()
                        .setFailure(Failures.toProto(failure))
                        .setPartial(partial));
            case Outcome.OutOfMemory(var limitBytes, var partial) ->
                message.setOutOfMemory(WorkOutcome.OutOfMemory.newBuilder()
                        .setLimitBytes(limitBytes)
                        .setPartial(partial));
            case Outcome.Refused(var reason, var askAgainAfter) -> message.setRefused(refused(reason, askAgainAfter));
            case Outcome.NotRun(var failure, var fault) ->
                message.setNotRun(WorkOutcome.NotRun.newBuilder()
                        .setFailure(Failures.toProto(failure))
                        .setFault(toProto(fault)));
            case Outcome.Cancelled _ -> throw new IllegalArgumentException("Workers cancel nothing: " + outcome);
        }
        return message.build();
    }

    private static WorkOutcome.Refused refused(String reason, Optional<Duration> askAgainAfter) {
        var message = WorkOutcome.Refused.newBuilder().setReason(reason);
        askAgainAfter.map(Times::toProto).ifPresent(message::setAskAgainAfter);
        return message.build();
    }

    /// @throws SteadingException with `Invalid` if this is no sound outcome
    public static Outcome fromProto(WorkOutcome message) {
        return switch (message.getKindCase()) {
            case COMPLETED -> {
                var completed = message.getCompleted();
                yield new Outcome.Completed(
                        completed.getResult(), false, Leases.warmFromProto(completed.getWarmList()));
            }
            case TIMED_OUT ->
                new Outcome.TimedOut(
                        Times.fromProto(message.getTimedOut().getLimit()),
                        message.getTimedOut().getPartial());
            case REJECTED ->
                new Outcome.Rejected(
                        Failures.fromProto(message.getRejected().getFailure()),
                        message.getRejected().getPartial());
            case OUT_OF_MEMORY ->
                new Outcome.OutOfMemory(
                        message.getOutOfMemory().getLimitBytes(),
                        message.getOutOfMemory().getPartial());
            case REFUSED -> refused(message.getRefused());
            case NOT_RUN ->
                new Outcome.NotRun(
                        Failures.fromProto(message.getNotRun().getFailure()),
                        fromProto(message.getNotRun().getFault()));
            case KIND_NOT_SET -> throw SteadingException.invalid("An outcome without a kind");
        };
    }

    private static Outcome refused(WorkOutcome.Refused message) {
        return new Outcome.Refused(
                message.getReason(),
                message.hasAskAgainAfter()
                        ? Optional.of(Times.fromProto(message.getAskAgainAfter()))
                        : Optional.<Duration>empty());
    }

    private static WorkOutcome.Fault toProto(Fault fault) {
        return switch (fault) {
            case SETUP -> WorkOutcome.Fault.SETUP;
            case WORKER_LOST -> WorkOutcome.Fault.WORKER_LOST;
            case WORKER_SHUTDOWN -> WorkOutcome.Fault.WORKER_SHUTDOWN;
            case DISK_FULL -> WorkOutcome.Fault.DISK_FULL;
            case UPLOAD -> WorkOutcome.Fault.UPLOAD;
            case CORRUPT -> WorkOutcome.Fault.CORRUPT;
        };
    }

    /// A fault of a newer worker is one that we know nothing of: it counts as the most ordinary one.
    private static Fault fromProto(WorkOutcome.Fault fault) {
        return switch (fault) {
            case SETUP, FAULT_UNSPECIFIED, UNRECOGNIZED -> Fault.SETUP;
            case WORKER_LOST -> Fault.WORKER_LOST;
            case WORKER_SHUTDOWN -> Fault.WORKER_SHUTDOWN;
            case DISK_FULL -> Fault.DISK_FULL;
            case UPLOAD -> Fault.UPLOAD;
            case CORRUPT -> Fault.CORRUPT;
        };
    }
}
