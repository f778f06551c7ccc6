// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildRecord;
import build.steading.build.BuildState;
import build.steading.build.Durations;
import build.steading.build.TaskRecord;
import build.steading.cli.command.Feed.Event;
import build.steading.log.LogRecord.Source;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Shows builds as lines with the time of day, for files, pipes and other programs. Not thread-safe.
final class PlainView implements View {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private final Console console;
    private final InstantSource clock;
    private final boolean several;
    private final boolean outputToErr;
    private final Map<String, Lines> lines = new HashMap<>();
    private final Map<String, String> said = new HashMap<>();
    private final Map<Long, BuildRecord> queued = new LinkedHashMap<>();
    private final Set<Long> begun = new HashSet<>();

    /// @param several whether lines must say which build they are about
    /// @param outputToErr whether standard output of tasks must not be mixed with results
    PlainView(Console console, InstantSource clock, boolean several, boolean outputToErr) {
        this.console = console;
        this.clock = clock;
        this.several = several;
        this.outputToErr = outputToErr;
    }

    @Override
    public void show(Event event) {
        switch (event) {
            case Event.Build(var build) -> began(build);
            case Event.Task(var build, var task) -> changed(build, task);
            case Event.Output(var build, var task, var entry) -> {
                var cut = lines.computeIfAbsent(build + " " + task.name(), _ -> new Lines());
                print(build, task, cut.add(entry));
            }
            case Event.Ended(var build) -> {
                if (!build.note().isEmpty() && build.state() != BuildState.SUCCEEDED) {
                    say(build.id().value(), build.note());
                }
            }
            case Event.Request _, Event.Interrupted _, Event.HungUp _ -> {}
        }
    }

    /// Most builds that queue begin at once, so the queue is worth a line only if time goes by.
    private void began(BuildRecord build) {
        var id = build.id().value();
        if (build.state() == BuildState.QUEUED) {
            queued.put(id, build);
            return;
        }
        queued.remove(id);
        if (begun.add(id)) {
            say(id, headline(build));
        }
    }

    private static String headline(BuildRecord build) {
        var revision = build.spec().source().revision();
        return "build %s of %s at `%s` %s"
                .formatted(build.id(), build.spec().project(), revision.name(), revision.subject())
                .strip();
    }

    private void changed(long build, TaskRecord task) {
        var key = build + " " + task.name();
        if (task.state().isFinal()) {
            var cut = lines.remove(key);
            if (cut != null) {
                print(build, task, cut.rest());
            }
        }
        var text = describe(task);
        if (!text.isEmpty() && !text.equals(said.put(key, text))) {
            say(build, console.style(Style.NAME, task.name()) + " " + text);
        }
    }

    private String describe(TaskRecord task) {
        return switch (task.state()) {
            case WAITING -> "";
            case QUEUED ->
                task.how().note().isEmpty() ? "" : "waits: " + task.how().note();
            case RUNNING -> "runs on " + task.worker() + (task.how().joined() ? ", for another build too" : "");
            case SUCCEEDED -> console.style(Style.GOOD, task.how().cached() ? "known" : "done in " + took(task));
            case FAILED, TIMED_OUT, CANCELLED, INFRA_ERROR ->
                console.style(Style.BAD, Report.word(task.state()) + ": ")
                        + task.how().note();
            case SKIPPED -> console.style(Style.FAINT, "skipped: " + task.how().note());
        };
    }

    private String took(TaskRecord task) {
        return Durations.words(task.took(clock.instant()));
    }

    private void print(long build, TaskRecord task, List<Lines.Line> complete) {
        if (complete.isEmpty()) {
            return;
        }
        var prefix = console.style(Style.FAINT, label(build, task) + " | ");
        for (var line : complete) {
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes(prefix.getBytes(StandardCharsets.UTF_8));
            bytes.writeBytes(line.text().toByteArray());
            bytes.write('\n');
            var toOut = line.source() == Source.STDOUT && !outputToErr;
            console.write(
                    toOut ? console.invocation().out() : console.invocation().err(), bytes.toByteArray());
        }
    }

    String label(long build, TaskRecord task) {
        return several ? build + " " + task.name() : task.name();
    }

    private void say(long build, String text) {
        var time = TIME.format(clock.instant().atZone(ZoneId.systemDefault()));
        console.say("%s %s%s", console.style(Style.FAINT, time), several ? build + " " : "", text);
    }

    @Override
    public void tick() {
        queued.forEach((id, build) -> say(id, headline(build) + " (waits for its turn)"));
        queued.clear();
    }

    @Override
    public void gap() {
        console.say("%s", console.style(Style.WAITING, "Some output is not shown here: the terminal was too slow"));
    }

    @Override
    public void repaint() {}

    @Override
    public void close() {}
}
