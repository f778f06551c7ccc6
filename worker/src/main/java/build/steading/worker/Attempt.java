// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.worker.input.InputTree;
import build.steading.worker.output.FileKeeper;
import build.steading.worker.output.Finder;
import build.steading.worker.output.MergedDirectory;
import build.steading.worker.output.Outputs;
import build.steading.worker.output.WarmOutputs;
import build.steading.worker.sandbox.Orphans;
import build.steading.worker.sandbox.Run;
import build.steading.worker.sandbox.RunEnd;
import build.steading.worker.sandbox.RunEnd.Cut;
import build.steading.worker.sandbox.RunEnd.NotStarted;
import build.steading.worker.sandbox.RunEnd.Ran;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One attempt to run the action of one lease: blobs, input tree, command, outputs, result. [#cancel] may be
/// called from any thread, [#run] once.
final class Attempt {
    private final Machine machine;
    private final WorkSource source;
    private final Lease lease;
    private final Path directory;
    private final Stopwatch stopwatch;

    @GuardedBy("this")
    private @Nullable Run running;

    @GuardedBy("this")
    private Optional<String> cancelled = Optional.empty();

    /// @param directory absent so far, for this attempt alone
    Attempt(Machine machine, WorkSource source, Lease lease, Path directory) {
        this.machine = machine;
        this.source = source;
        this.lease = lease;
        this.directory = directory;
        this.stopwatch = new Stopwatch(machine.clock(), machine.config().id(), lease.queued());
    }

    Lease lease() {
        return lease;
    }

    /// Ends the attempt soon, wherever it is.
    ///
    /// @param why for people
    synchronized void cancel(String why) {
        cancelled = Optional.of(why);
        if (running != null) {
            running.cancel();
        }
    }

    /// Runs the action. Failures of the farm are an outcome as well.
    Outcome run() {
        try {
            var unwilling = machine.gate().objection(lease);
            if (unwilling.isPresent()) {
                return unwilling.get();
            }
            var task = new TaskReader(
                            machine.blobs(),
                            machine.directories(),
                            machine.config().limits())
                    .read(lease.action());
            var unable = machine.gate().objection(lease.id(), task);
            if (unable.isPresent()) {
                return unable.get();
            }
            stopwatch.fetching();
            try (var tree = machine.inputs().prepare(task.inputRoot(), warm(), directory)) {
                stopwatch.fetched();
                return run(task, tree);
            }
        } catch (SteadingException e) {
            return new Outcome.NotRun(e.failure());
        } catch (InvalidPathException e) {
            return new Outcome.NotRun(new Failure.Unavailable(
                    "File name `%s` is impossible on this worker: it must be started with a UTF-8 locale"
                            .formatted(e.getInput())));
        }
    }

    private List<WarmDirectory> warm() {
        lease.warm().forEach(each -> TaskReader.checkPath("Warm directory", each.path()));
        return lease.warm();
    }

    private Outcome run(Task task, InputTree tree) {
        var limits = machine.config().limits();
        try (var log = new AttemptLog(
                directory.resolve("log"), limits.logBytes(), source, lease.id(), () -> cancel("the lease is gone"))) {
            var end = run(task, tree, log);
            return switch (end) {
                case NotStarted(var failure) -> new Outcome.NotRun(failure);
                case Ran ran -> conclude(task, tree, log, ran);
            };
        }
    }

    private RunEnd run(Task task, InputTree tree, AttemptLog log) {
        var spec = new CommandLine(machine, task, lease.warm()).spec(tree.place());
        try (var run = machine.runner().start(spec)) {
            began(run);
            return run.await(log);
        } catch (SteadingException e) {
            Orphans.kill(directory);
            throw e;
        } finally {
            ended();
        }
    }

    private synchronized void began(Run run) {
        running = run;
        if (cancelled.isPresent()) {
            run.cancel();
        }
    }

    private synchronized void ended() {
        running = null;
    }

    private synchronized Optional<String> cancelled() {
        return cancelled;
    }

    private Outcome conclude(Task task, InputTree tree, AttemptLog log, Ran ran) {
        if (cancelled().isPresent()) {
            return new Outcome.NotRun(new Failure.Unavailable(
                    "The command was ended: " + cancelled().get()));
        }
        if (ran.cut()
                .filter(cut -> cut == Cut.CANCELLED || cut == Cut.ABANDONED)
                .isPresent()) {
            return new Outcome.NotRun(new Failure.Unavailable("The command was ended by somebody else"));
        }
        explain(task, log, ran);
        log.finish();
        stopwatch.ran(ran);
        var result = ActionResult.newBuilder().setExitCode(ran.exitCode());
        var logDigest = new LogKeeper(machine.blobs()).keep(log.file(), result);
        var finder = new Finder(
                MergedDirectory.of(machine.directories(), tree),
                machine.sandbox().root(tree.place()));
        var files = new FileKeeper(machine.blobs());
        var failure = collect(task, finder, files, result);
        var warm = failure.isEmpty() && ran.exitCode() == 0 && ran.cut().isEmpty()
                ? new WarmOutputs(finder, files, machine.directories(), task.inputRoot()).save(lease.warm())
                : List.<WarmDirectory>of();
        ExecutedActionMetadata metadata =
                stopwatch.stop(ran, logDigest, machine.sandbox().name());
        var made = result.setExecutionMetadata(metadata).build();
        if (ran.cut().filter(Cut.TIMEOUT::equals).isPresent()) {
            return new Outcome.TimedOut(task.timeout(), made);
        }
        return failure.<Outcome>map(found -> new Outcome.Rejected(found, made))
                .orElseGet(() -> new Outcome.Completed(made, false, warm));
    }

    private void explain(Task task, AttemptLog log, Ran ran) {
        ran.cut().ifPresent(cut -> {
            var text = switch (cut) {
                case TIMEOUT -> "killed: it ran for longer than %s".formatted(CommandLine.say(task.timeout()));
                case MEMORY -> CommandLine.sayMemory(task.memoryBytes());
                case TASKS -> "killed: it had more than %d processes and threads at a time".formatted(task.tasks());
                case CANCELLED, ABANDONED -> "killed";
            };
            log.say(ran.end(), "\n[%s]\n".formatted(text));
        });
    }

    /// Returns why the outputs cannot be a result, if they cannot.
    private static Optional<Failure> collect(Task task, Finder finder, FileKeeper files, ActionResult.Builder result) {
        try {
            Outputs.collect(finder, files, task.outputs(), result);
            return Optional.empty();
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.Invalid) {
                return Optional.of(e.failure());
            }
            throw e;
        }
    }
}
