// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.api.v1.ExecutionDetails;
import build.steading.build.TaskRecord.Ending;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import build.steading.failure.ByteSize;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogRecord;
import build.steading.platform.RequestFacts;
import build.steading.project.Retry;
import build.steading.project.TaskInstance;
import build.steading.schedule.WorkerId;
import build.steading.tree.Globs;
import com.google.protobuf.InvalidProtocolBufferException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// Takes one task of a build from its inputs to its end, on the caller's thread.
final class TaskRun {
    private static final System.Logger LOG = System.getLogger(TaskRun.class.getName());
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

    /// How a task ended, as far as the tasks that need it are concerned.
    sealed interface Ended {
        String task();

        record Succeeded(String task) implements Ended {}

        /// @param why for people who ask about the tasks that need it
        record Failed(String task, String why) implements Ended {}

        /// Blobs had gone from the store, so that the task says nothing about the build.
        record Lost(String task, SteadingException missing) implements Ended {}

        /// Steading is being stopped, so that nothing more is said about the build.
        record Stopped(String task) implements Ended {}
    }

    private final BuildTools tools;
    private final LiveBuild build;
    private final TaskInstance task;
    private final Round round;

    /// Whether this holds a permit to prepare.
    private boolean mayPrepare = true;

    /// What the tasks of a build share.
    ///
    /// @param options value of every option
    /// @param outputs the output trees of the tasks that have ended; each one adds its own
    /// @param preparing bounds how many tasks compute their inputs and begin at the same time
    record Round(Map<String, String> options, Map<String, Digest> outputs, Semaphore preparing) {}

    /// @param round of whose permits to prepare the caller has acquired one: it is released when the executor has
    ///     been asked, or the task has ended without
    TaskRun(BuildTools tools, LiveBuild build, TaskInstance task, Round round) {
        this.tools = tools;
        this.build = build;
        this.task = task;
        this.round = round;
    }

    Ended run() {
        try {
            return runChecked();
        } catch (SteadingException e) {
            if (Thread.currentThread().isInterrupted()) {
                return new Ended.Stopped(task.id());
            }
            if (e.failure() instanceof Failure.MissingBlobs) {
                var _ = end(TaskState.INFRA_ERROR, e.failure().message());
                return new Ended.Lost(task.id(), e);
            }
            return end(TaskState.INFRA_ERROR, e.failure().message());
        } catch (InterruptedException _) {
            // Steading is being stopped: the build goes on at the next start, so nothing is said of this task.
            Thread.currentThread().interrupt();
            return new Ended.Stopped(task.id());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Task %s".formatted(task.id()), e);
            return end(TaskState.INFRA_ERROR, "Steading has a bug: " + e);
        } finally {
            endPreparing();
        }
    }

    private Ended runChecked() throws InterruptedException {
        var warm = new WarmDirectories(tools, build.spec(), task);
        var attempts = new Attempts(task.retry(), tools.pauses());
        var instance = task;
        while (true) {
            var outcome = attempt(instance, warm);
            switch (attempts.after(outcome)) {
                case Attempts.Next.End _ -> {
                    return conclude(outcome, warm, attempts);
                }
                case Attempts.Next.Later later -> pause(outcome, later);
                case Attempts.Next.Larger(var bytes) -> instance = instance.withMemory(bytes);
            }
        }
    }

    private Outcome attempt(TaskInstance instance, WarmDirectories warm) throws InterruptedException {
        var cancelled = build.cancelledBy();
        if (cancelled.isPresent()) {
            return new Outcome.Cancelled(cancelled.get());
        }
        var spec = build.spec();
        RaisableExecution execution;
        beginPreparing();
        try {
            var needed = task.needs().stream()
                    .map(need -> round.outputs().getOrDefault(need, Digest.EMPTY))
                    .toList();
            var action = tools.actions().make(instance, spec.root(), needed);
            build.update(task.id(), record -> record.ready(action, tools.clock().instant()));
            var request = new ExecutionRequest(action, spec.force(), facts(), warm.before());
            execution = new RaisableExecution(tools.executor(), request, new Progress());
            build.begin(task.id(), execution);
        } finally {
            endPreparing();
        }
        return execution.await();
    }

    private void beginPreparing() throws InterruptedException {
        if (!mayPrepare) {
            round.preparing().acquire();
            mayPrepare = true;
        }
    }

    private void endPreparing() {
        if (mayPrepare) {
            mayPrepare = false;
            round.preparing().release();
        }
    }

    /// The task is shown as one that waits, and until when.
    private void pause(Outcome outcome, Attempts.Next.Later later) throws InterruptedException {
        if (outcome instanceof Outcome.Completed completed) {
            noteLog(completed.result());
            var begin = TIME.format(tools.clock().instant().plus(later.pause()));
            var why = "Its command asked to be tried again later (exit status %d): attempt %d of %d begins at %s UTC"
                    .formatted(completed.result().getExitCode(), later.attempt(), later.of(), begin);
            build.update(task.id(), record -> record.queued(why));
        }
        build.pause(later.pause());
    }

    private RequestFacts facts() {
        var facts = build.facts(round.options());
        return facts.withExpected(tools.expectations().of(facts.project(), task.id()));
    }

    private Ended conclude(Outcome outcome, WarmDirectories warm, Attempts attempts) {
        return switch (outcome) {
            case Outcome.Completed(var result, var cached, var left) -> {
                noteLog(result);
                yield switch (result.getExitCode()) {
                    case 0 -> succeeded(result, cached, left, warm);
                    case Retry.SKIP -> skipped(result, cached);
                    default ->
                        end(
                                TaskState.FAILED,
                                result.getExitCode(),
                                cached,
                                exitNote(result.getExitCode()) + attempts.tried());
                };
            }
            case Outcome.TimedOut(var limit, var partial) -> {
                noteLog(partial);
                yield end(TaskState.TIMED_OUT, "Killed after its timeout of " + Durations.words(limit));
            }
            case Outcome.Cancelled(var by) -> end(TaskState.CANCELLED, "Cancelled by " + by);
            case Outcome.Rejected(var failure, var partial) -> {
                noteLog(partial);
                yield end(TaskState.FAILED, failure.message());
            }
            case Outcome.OutOfMemory(var limit, var partial) -> {
                noteLog(partial);
                yield end(TaskState.FAILED, partial.getExitCode(), false, memoryNote(limit, attempts));
            }
            case Outcome.Refused(var reason, var _) -> end(TaskState.INFRA_ERROR, reason);
            case Outcome.NotRun(Failure.MissingBlobs missing, var _) -> throw new SteadingException(missing);
            case Outcome.NotRun(Failure.Invalid invalid, var _) -> end(TaskState.FAILED, invalid.message());
            case Outcome.NotRun(var failure, var _) -> end(TaskState.INFRA_ERROR, failure.message());
        };
    }

    private Ended succeeded(ActionResult result, boolean cached, List<WarmDirectory> left, WarmDirectories warm) {
        var made = tools.trees().select(tools.trees().outputs(result), Globs.of(task.outputs()));
        var absent = absent(made);
        if (!absent.isEmpty()) {
            return end(
                    TaskState.FAILED,
                    0,
                    cached,
                    "It did not make its output `%s`".formatted(String.join("`, `", absent)));
        }
        keep(result, made);
        warm.after(left);
        return end(TaskState.SUCCEEDED, 0, cached, "");
    }

    /// What the tasks that need it read must be there all the same, or they are skipped as well.
    private Ended skipped(ActionResult result, boolean cached) {
        var made = tools.trees().select(tools.trees().outputs(result), Globs.of(task.outputs()));
        var absent = absent(made);
        if (absent.isEmpty()) {
            keep(result, made);
        }
        var _ = end(
                TaskState.SKIPPED, Retry.SKIP, cached, "It had nothing to do (exit status %d)".formatted(Retry.SKIP));
        return absent.isEmpty()
                ? new Ended.Succeeded(task.id())
                : new Ended.Failed(task.id(), "`%s` had nothing to do".formatted(task.id()));
    }

    /// Returns the outputs that must be there, but are not.
    private List<String> absent(Digest made) {
        if (task.allowMissingOutputs()) {
            return List.of();
        }
        return task.outputs().stream()
                .filter(output -> !tools.trees().matches(made, Globs.of(List.of(output))))
                .toList();
    }

    private void keep(ActionResult result, Digest made) {
        round.outputs().put(task.id(), made);
        build.update(
                task.id(),
                record -> record.with(
                        record.worker().isEmpty()
                                ? result.getExecutionMetadata().getWorker()
                                : record.worker(),
                        record.log(),
                        Optional.of(made)));
    }

    private static String memoryNote(long limitBytes, Attempts attempts) {
        var limit = limitBytes > 0
                ? "the %s of memory that it may".formatted(new ByteSize(limitBytes))
                : "memory than it may";
        return attempts.enlarged()
                ? "It used more than %s, which was twice what it had before: `memory:` says what it needs"
                        .formatted(limit)
                : "It used more %s%s".formatted(limitBytes > 0 ? "than " : "", limit);
    }

    private static String exitNote(int exitCode) {
        return exitCode > 128 && exitCode < 160
                ? "Its command was killed by signal %d".formatted(exitCode - 128)
                : "Its command exited with %d".formatted(exitCode);
    }

    private void noteLog(ActionResult result) {
        var log = log(result);
        var begun = result.getExecutionMetadata().getExecutionStartTimestamp();
        var time = Instant.ofEpochSecond(begun.getSeconds(), begun.getNanos());
        build.update(task.id(), record -> {
            // An attempt that outlived the process which had it begun took longer than this one knows.
            var whole = record.how().joined() || time.equals(Instant.EPOCH) ? record : record.begun(time);
            return whole.with(record.worker(), log, record.outputs());
        });
    }

    private static Optional<Digest> log(ActionResult result) {
        for (var any : result.getExecutionMetadata().getAuxiliaryMetadataList()) {
            try {
                if (any.is(ExecutionDetails.class)) {
                    var details = any.unpack(ExecutionDetails.class);
                    return details.hasLogDigest()
                            ? Optional.of(Digests.fromProto(details.getLogDigest()))
                            : Optional.empty();
                }
            } catch (InvalidProtocolBufferException e) {
                LOG.log(Level.WARNING, "A result has unreadable details", e);
            }
        }
        return Optional.empty();
    }

    private Ended end(TaskState state, String note) {
        return end(state, -1, false, note);
    }

    private Ended end(TaskState state, int exitCode, boolean cached, String note) {
        var now = tools.clock().instant();
        var ended = build.update(
                task.id(),
                record -> record.ended(
                        new Ending(state, exitCode, cached, record.how().joined(), note), now));
        if (ended.ranByItself()) {
            tools.expectations().ran(build.spec().project(), task.id(), ended.took(now));
        }
        return state == TaskState.SUCCEEDED
                ? new Ended.Succeeded(task.id())
                : new Ended.Failed(task.id(), "`%s` did not succeed".formatted(task.id()));
    }

    /// Passes on what the executor tells.
    private final class Progress implements ExecutionObserver {
        @Override
        public void queued(String reason) {
            build.update(task.id(), record -> record.state().isFinal() ? record : record.queued(reason));
        }

        @Override
        public void running(WorkerId worker, boolean joined) {
            build.update(
                    task.id(),
                    record -> record.state().isFinal()
                            ? record
                            : record.running(
                                    worker.name(), joined, tools.clock().instant()));
        }

        @Override
        public void output(LogRecord entry) {
            build.output(task.id(), entry);
        }
    }
}
