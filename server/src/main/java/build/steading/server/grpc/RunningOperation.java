// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecuteOperationMetadata;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.bazel.remote.execution.v2.ExecutionStage;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.execute.Printed;
import build.steading.log.LogRecord;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One `Execute` call's stake in an action, under a name by which it can be watched, asked for and cancelled,
/// also by other calls. Once ended, it only holds its last message.
///
/// Thread-safe: one lock guards all state; watchers are called without it.
final class RunningOperation implements ExecutionObserver {
    /// How long it may take from the first news of an execution to the execution itself.
    private static final long HOLD_NANOS = 1_000_000_000;

    private final String name;
    private final long number;
    private final Digest action;
    private final String requester;
    private final Timestamp queued;

    @GuardedBy("this")
    private final Set<Watcher> watchers = new LinkedHashSet<>();

    @GuardedBy("this")
    private Instant wantedAt;

    @GuardedBy("this")
    private String worker = "";

    @GuardedBy("this")
    private int attempts;

    @GuardedBy("this")
    private boolean running;

    @GuardedBy("this")
    private @Nullable Execution execution;

    @GuardedBy("this")
    private @Nullable String withdrawn;

    @GuardedBy("this")
    private @Nullable Instant endedAt;

    private volatile OperationState state;

    /// @param number its place in the order of all operations
    RunningOperation(String name, long number, ExecutionRequest request, Instant now) {
        this.name = name;
        this.number = number;
        this.action = request.action();
        this.requester = request.facts().requester();
        this.queued = Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
        this.wantedAt = now;
        this.state = new OperationState(
                0, message(ExecutionStage.Value.CACHE_CHECK, known("", "")).build());
    }

    String name() {
        return name;
    }

    long number() {
        return number;
    }

    /// Returns the name of who asked.
    String requester() {
        return requester;
    }

    OperationState state() {
        return state;
    }

    /// Takes the stake, unless the operation was cancelled before it was there.
    void hold(Execution stake) {
        String by;
        synchronized (this) {
            execution = stake;
            by = withdrawn;
            notifyAll();
        }
        if (by != null) {
            stake.withdraw(by);
        }
    }

    @Override
    public void queued(String reason) {
        synchronized (this) {
            running = false;
        }
        change(ExecutionStage.Value.QUEUED, "", reason);
    }

    @Override
    public void running(WorkerId runner, boolean joined) {
        synchronized (this) {
            attempts++;
            running = true;
        }
        change(ExecutionStage.Value.EXECUTING, runner.name(), "");
    }

    @Override
    public void output(LogRecord entry) {
        // Whoever wants it before the result reads it at his own pace: see [LogStream].
    }

    /// Ends the operation as `outcome` says.
    void end(Outcome outcome, Instant now) {
        String runner;
        synchronized (this) {
            runner = worker;
        }
        end(Responses.of(outcome, known(runner, "")), now);
    }

    /// Ends the operation with `response`. Only the first end counts.
    void end(ExecuteResponse response, Instant now) {
        synchronized (this) {
            if (endedAt != null) {
                return;
            }
            endedAt = now;
            execution = null;
            var metadata = response.getResult().getExecutionMetadata();
            var last = message(ExecutionStage.Value.COMPLETED, metadata)
                    .setDone(true)
                    .setResponse(Any.pack(response))
                    .build();
            state = new OperationState(state.version() + 1, last);
            notifyAll();
        }
        tellWatchers();
        synchronized (this) {
            watchers.clear();
        }
    }

    /// Gives up the stake, whoever watches: the operation ends as cancelled.
    void withdraw(String by) {
        Execution stake;
        synchronized (this) {
            withdrawn = by;
            stake = execution;
        }
        if (stake != null) {
            stake.withdraw(by);
        }
    }

    /// Waits until the operation has ended, but no longer than `patience`.
    synchronized void awaitEnd(Duration patience) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (endedAt == null) {
            var leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return;
            }
            wait(leftMillis);
        }
    }

    /// Returns what an attempt prints; empty if it is over.
    Optional<Printed> printed(int attempt) throws InterruptedException {
        Execution stake;
        synchronized (this) {
            var deadline = System.nanoTime() + HOLD_NANOS;
            while (execution == null && endedAt == null && System.nanoTime() < deadline) {
                wait(100);
            }
            stake = execution;
        }
        var log = stake == null ? Optional.<Printed>empty() : stake.printed();
        return log.filter(_ -> !hasMoved(attempt));
    }

    /// Returns whether there was an attempt of this number.
    synchronized boolean hasBegun(int attempt) {
        return attempt <= attempts;
    }

    /// Returns whether an attempt came to nothing, and others follow.
    synchronized boolean hasMoved(int attempt) {
        return attempt != attempts || (!running && endedAt == null);
    }

    /// Returns what came of the action; nothing while it has not ended.
    ActionResult result() {
        try {
            return state.message().getResponse().unpack(ExecuteResponse.class).getResult();
        } catch (InvalidProtocolBufferException _) {
            return ActionResult.getDefaultInstance();
        }
    }

    /// Returns by what function the action and all that it leaves is named.
    HashFunction function() {
        return action.function();
    }

    /// Notes that somebody asked for the operation.
    synchronized void touch(Instant now) {
        wantedAt = now;
    }

    void add(Watcher watcher) {
        synchronized (this) {
            watchers.add(watcher);
        }
    }

    synchronized void remove(Watcher watcher) {
        watchers.remove(watcher);
    }

    /// Does what time demands: keeps silent streams alive, and gives up what nobody has wanted for `grace`.
    void sweep(Instant now, OperationLimits limits) {
        List<Watcher> present;
        boolean abandoned;
        synchronized (this) {
            present = List.copyOf(watchers);
            if (!present.isEmpty()) {
                wantedAt = now;
            }
            abandoned = endedAt == null && withdrawn == null && !now.isBefore(wantedAt.plus(limits.grace()));
        }
        present.forEach(watcher -> watcher.repeat(now, limits.repeat()));
        if (abandoned) {
            withdraw("nobody watching for " + limits.grace());
        }
    }

    /// Returns whether the operation ended before `time`.
    synchronized boolean endedBefore(Instant time) {
        return endedAt != null && endedAt.isBefore(time);
    }

    private void change(ExecutionStage.Value stage, String runner, String reason) {
        synchronized (this) {
            if (endedAt != null) {
                return;
            }
            worker = runner;
            state = new OperationState(
                    state.version() + 1, message(stage, known(runner, reason)).build());
        }
        tellWatchers();
    }

    private void tellWatchers() {
        List<Watcher> present;
        synchronized (this) {
            present = List.copyOf(watchers);
        }
        present.forEach(Watcher::changed);
    }

    @GuardedBy("this")
    private Operation.Builder message(ExecutionStage.Value stage, ExecutedActionMetadata known) {
        var metadata = ExecuteOperationMetadata.newBuilder()
                .setStage(stage)
                .setActionDigest(Digests.toProto(action))
                .setDigestFunction(Digests.toProto(action.function()))
                .setPartialExecutionMetadata(known);
        if (running) {
            metadata.setStdoutStreamName(new StreamName(name, attempts, LogRecord.Source.STDOUT).toString())
                    .setStderrStreamName(new StreamName(name, attempts, LogRecord.Source.STDERR).toString());
        }
        return Operation.newBuilder().setName(name).setMetadata(Any.pack(metadata.build()));
    }

    /// @param reason what the action waits for, which travels as an auxiliary `StringValue`
    private ExecutedActionMetadata known(String runner, String reason) {
        var known = ExecutedActionMetadata.newBuilder().setWorker(runner).setQueuedTimestamp(queued);
        if (!reason.isEmpty()) {
            known.addAuxiliaryMetadata(Any.pack(StringValue.of(reason)));
        }
        return known.build();
    }
}
