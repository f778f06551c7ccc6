// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.Following;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import build.steading.cli.command.Feed.Event;
import build.steading.cli.door.ExitCode;
import build.steading.digest.Digest;
import build.steading.execute.ExecutionObserver;
import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import build.steading.schedule.WorkerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows what tasks printed, each stream where it belongs.
@Command(name = "log", description = "Show what the tasks of a build printed.", sortOptions = false)
final class LogCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMillis(50);

    /// How often to look at a task that is said to run, but does not, as it does for a moment at its end.
    private static final int MAX_LOOKS = 20;

    private final Services services;
    private final Console console;

    @Parameters(index = "0", paramLabel = "ID", description = "Number of the build.")
    private long build;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TASK", description = "Only this task (default: all).")
    private Optional<String> task = Optional.empty();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the tasks end.")
    private boolean follow;

    @Option(names = "--stdout", description = "Only standard output.")
    private boolean onlyStdout;

    @Option(names = "--stderr", description = "Only standard error.")
    private boolean onlyStderr;

    @Option(
            names = {"-t", "--timestamps"},
            description = "Begin each piece with the time when it was printed.")
    private boolean timestamps;

    LogCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        var id = new BuildId(build);
        var record = services.book().find(id).orElseThrow(() -> Report.unknown(id));
        var feed = new Feed();
        console.invocation().caller().onSignal(signal -> feed.add(new Event.Interrupted(signal)));
        console.invocation().caller().onHangup(() -> feed.add(new Event.HungUp()));
        var names = names(record);
        for (var name : names) {
            if (names.size() > 1) {
                console.say("%s", console.style(Style.NAME, "== " + name));
            }
            if (!show(id, name, feed)) {
                return ExitCode.INTERRUPTED;
            }
        }
        return ExitCode.OK;
    }

    private List<String> names(BuildRecord record) {
        var all = record.tasks().stream().map(TaskRecord::name).toList();
        if (task.isEmpty()) {
            return all;
        }
        var wanted = task.get();
        var matching = all.stream()
                .filter(name -> name.equals(wanted) || name.startsWith(wanted + "["))
                .toList();
        if (matching.isEmpty()) {
            throw SteadingException.notFound(
                    "Build %d has no task `%s`, but `%s`%s",
                    build, wanted, String.join("`, `", all), Suggestions.didYouMean(wanted, all));
        }
        return matching;
    }

    /// Shows one task's log.
    ///
    /// @return whether it was shown to its end
    private boolean show(BuildId id, String name, Feed feed) throws InterruptedException {
        var looks = 0;
        while (true) {
            var now = find(id, name);
            if (now.isEmpty()) {
                return true;
            }
            if (now.get().state().isFinal()) {
                now.get().log().ifPresent(this::print);
                return true;
            }
            if (now.get().state() == TaskState.RUNNING) {
                // It may have ended since: then the next look finds its whole log.
                var following = services.desk().follow(id, name, new ToFeed(id, now.get(), feed));
                if (following.isPresent()) {
                    return show(following.get(), feed);
                }
            }
            if (!follow && (now.get().state() != TaskState.RUNNING || ++looks == MAX_LOOKS)) {
                console.say("%s has not begun; `--follow` waits for it", name);
                return true;
            }
            if (!drain(feed)) {
                return false;
            }
        }
    }

    private boolean show(Following following, Feed feed) throws InterruptedException {
        try (following) {
            while (true) {
                var last = following.ended() || !follow;
                if (!drain(feed)) {
                    return false;
                }
                if (last && feed.isEmpty()) {
                    return true;
                }
            }
        }
    }

    private Optional<TaskRecord> find(BuildId id, String name) {
        return services.book().find(id).stream()
                .flatMap(found -> found.tasks().stream())
                .filter(found -> found.name().equals(name))
                .findFirst();
    }

    private boolean drain(Feed feed) throws InterruptedException {
        for (var event = feed.next(PATIENCE); event.isPresent(); event = feed.next(Duration.ZERO)) {
            switch (event.get()) {
                case Event.Output(var _, var _, var entry) -> print(entry);
                case Event.Interrupted _, Event.HungUp _ -> {
                    return false;
                }
                case Event.Build _, Event.Task _, Event.Request _, Event.Ended _ -> {}
            }
        }
        if (feed.takeDropped() > 0) {
            console.say("Some output is not shown here: the terminal was too slow");
        }
        return true;
    }

    private void print(Digest log) {
        try (var content = services.blobs().open(log)) {
            for (var entry = LogFormat.read(content); entry.isPresent(); entry = LogFormat.read(content)) {
                print(entry.get());
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("Log `%s` cannot be read: %s".formatted(log, e.getMessage()), e);
        }
    }

    private void print(LogRecord entry) {
        if ((onlyStdout && entry.source() != Source.STDOUT) || (onlyStderr && entry.source() != Source.STDERR)) {
            return;
        }
        var stream = entry.source() == Source.STDOUT
                ? console.invocation().out()
                : console.invocation().err();
        if (timestamps) {
            console.write(stream, console.style(Style.FAINT, entry.time() + " "));
        }
        console.write(stream, entry.bytes().toByteArray());
    }

    private record ToFeed(BuildId id, TaskRecord task, Feed feed) implements ExecutionObserver {
        @Override
        public void queued(String reason) {}

        @Override
        public void running(WorkerId worker, boolean joined) {}

        @Override
        public void output(LogRecord entry) {
            feed.add(new Event.Output(id.value(), task, entry));
        }
    }
}
