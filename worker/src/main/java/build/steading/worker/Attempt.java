// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.steading.digest.Digest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import build.steading.schedule.Fault;
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
import build.steading.worker.sandbox.RunSpec;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One attempt to run the action of one lease: blobs, input tree, command, outputs, result. [#run] may be called
/// once, [#cancel] and [#catchUp] from any thread. The log can be passed on until [#close].
final class Attempt implements HeldWork, AutoCloseable {
    private static final int UPLOAD_TRIES = 10;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Machine machine;
    private final WorkSource source;
    private final Lease lease;
    private final Stopwatch stopwatch;

    /// What a failure counts as now, if its cause says nothing more precise.
    private Fault stage = Fault.SETUP;

    @GuardedBy("this")
    private @Nullable Run running;

    @GuardedBy("this")
    private Optional<Cancelled> cancelled = Optional.empty();

    @GuardedBy("this")
    private Optional<AttemptLog> log = Optional.empty();

    private record Cancelled(String why, Fault fault) {}

    Attempt(Machine machine, WorkSource source, Lease lease) {
        this.machine = machine;
        this.source = source;
        this.lease = lease;
        this.stopwatch = new Stopwatch(machine.clock(), machine.config().id(), lease.queued());
    }

    Lease lease() {
        return lease;
    }

    @Override
    public String key() {
        return lease.action().toString();
    }

    @Override
    public synchronized void cancel(String why, Fault fault) {
        if (cancelled.isEmpty()) {
            cancelled = Optional.of(new Cancelled(why, fault));
        }
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public boolean catchUp() {
        try {
            return log().map(AttemptLog::catchUp).orElse(true);
        } catch (SteadingException e) {
            // It is this log that cannot be read: others may go on.
            cancel(e.failure().message(), Fault.SETUP);
            return true;
        }
    }

    /// Passes on all that was printed.
    ///
    /// @param ask whether to ask the farm first how much it has
    /// @return false if the way is blocked
    boolean passLog(boolean ask) throws InterruptedException {
        var printed = log();
        return printed.isEmpty() || printed.get().passAll(ask);
    }

    private synchronized Optional<AttemptLog> log() {
        return log;
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
            var line = new CommandLine(machine, task, warm());
            var directory = machine.sites().take(line.isUsual());
            try {
                return run(line, directory);
            } finally {
                machine.sites().leave(directory);
            }
        } catch (SteadingException e) {
            return Faults.notRun(e, stage);
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

    private Outcome run(CommandLine line, Path directory) {
        stopwatch.fetching();
        try (var tree = machine.inputs().prepare(line.task().inputRoot(), line.warm(), directory)) {
            stopwatch.fetched();
            var printed = openLog(directory.resolve("log"));
            var end = run(line.spec(tree.place()), directory, printed);
            return switch (end) {
                case NotStarted(var failure) -> Faults.notStarted(failure);
                case Ran ran -> conclude(line.task(), tree, printed, ran);
            };
        }
    }

    private synchronized AttemptLog openLog(Path file) {
        var opened = new AttemptLog(
                file,
                machine.config().limits().logBytes(),
                source,
                lease.id(),
                () -> cancel("the lease is gone", Fault.WORKER_LOST));
        log = Optional.of(opened);
        return opened;
    }

    private RunEnd run(RunSpec spec, Path directory, AttemptLog printed) {
        try (var run = machine.runner().start(spec)) {
            began(run);
            // From here on, nobody knows what the command did, unless the runner says it.
            stage = Fault.WORKER_LOST;
            return run.await(printed);
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

    private synchronized Optional<Cancelled> cancelled() {
        return cancelled;
    }

    private Outcome conclude(Task task, InputTree tree, AttemptLog printed, Ran ran) {
        var why = cancelled();
        if (why.isPresent()) {
            return ended("The command was ended: " + why.get().why(), why.get().fault());
        }
        if (ran.cut()
                .filter(cut -> cut == Cut.CANCELLED || cut == Cut.ABANDONED)
                .isPresent()) {
            return ended("The command was ended by somebody else", Fault.WORKER_LOST);
        }
        if (ran.exitCode() != 0 && Faults.isFull(machine.config().directory())) {
            return ended("The disk of `%s` is full".formatted(machine.config().directory()), Fault.DISK_FULL);
        }
        try {
            return keep(task, tree, printed, ran);
        } catch (SteadingException e) {
            return Faults.notRun(e, Fault.UPLOAD);
        }
    }

    private static Outcome ended(String why, Fault fault) {
        return new Outcome.NotRun(new Failure.Unavailable(why), fault);
    }

    private Outcome keep(Task task, InputTree tree, AttemptLog printed, Ran ran) {
        explain(task, printed, ran);
        printed.finish();
        stopwatch.ran(ran);
        var outbox = new Outbox(machine.blobs());
        var result = ActionResult.newBuilder().setExitCode(ran.exitCode());
        var function = lease.action().function();
        var logDigest = new LogKeeper(outbox, function).keep(printed.file(), result);
        var finder = new Finder(
                MergedDirectory.of(machine.directories(), tree),
                machine.sandbox(task).root(tree.place()));
        var files = new FileKeeper(outbox, function);
        var failure = collect(task, finder, files, result);
        var warm = failure.isEmpty() && ran.exitCode() == 0 && ran.cut().isEmpty()
                ? new WarmOutputs(finder, files, machine.directories(), task.inputRoot()).save(lease.warm())
                : List.<WarmDirectory>of();
        publish(outbox.digests());
        ExecutedActionMetadata metadata =
                stopwatch.stop(ran, logDigest, machine.sandbox().name());
        var made = result.setExecutionMetadata(metadata).build();
        return switch (ran.cut().orElse(Cut.TASKS)) {
            case TIMEOUT -> new Outcome.TimedOut(task.timeout(), made);
            case MEMORY -> new Outcome.OutOfMemory(task.memoryBytes(), made);
            case TASKS, CANCELLED, ABANDONED ->
                failure.<Outcome>map(found -> new Outcome.Rejected(found, made))
                        .orElseGet(() -> new Outcome.Completed(made, false, warm));
        };
    }

    /// Running the command again would cost more than trying for a while to get its outputs to the store.
    private void publish(Set<Digest> digests) {
        var backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        for (var tries = 1; ; tries++) {
            try {
                machine.blobs().publish(digests);
                return;
            } catch (SteadingException e) {
                var mayPass = e.failure() instanceof Failure.Unavailable || e.failure() instanceof Failure.Overloaded;
                if (!mayPass || tries == UPLOAD_TRIES || cancelled().isPresent()) {
                    throw e;
                }
                pause(backoff.pause(), e);
            }
        }
    }

    private static void pause(Duration duration, SteadingException otherwise) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw otherwise;
        }
    }

    private void explain(Task task, AttemptLog printed, Ran ran) {
        ran.cut().ifPresent(cut -> {
            var text = switch (cut) {
                case TIMEOUT -> "killed: it ran for longer than %s".formatted(CommandLine.say(task.timeout()));
                case MEMORY -> CommandLine.sayMemory(task.memoryBytes());
                case TASKS -> "killed: it had more than %d processes and threads at a time".formatted(task.tasks());
                case CANCELLED, ABANDONED -> "killed";
            };
            printed.say(ran.end(), "\n[%s]\n".formatted(text));
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

    /// Ends the use of the log.
    @Override
    public void close() {
        log().ifPresent(AttemptLog::close);
    }
}
