// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.Durations;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import build.steading.cli.command.Feed.Event;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/// Shows builds on a terminal: what is said scrolls by, and below it stands one line for each task that runs or
/// waits. Not thread-safe.
final class LiveView implements View {
    private static final String ERASE_BELOW = "\u001b[J";
    private static final String[] SPINNER = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

    private final PlainView lines;
    private final Console console;
    private final InstantSource clock;
    private final Map<String, TaskRecord> active = new LinkedHashMap<>();
    private int painted;
    private long frame;

    LiveView(Console console, InstantSource clock, boolean several, boolean outputToErr) {
        this.lines = new PlainView(console, clock, several, outputToErr);
        this.console = console;
        this.clock = clock;
    }

    @Override
    public void show(Event event) {
        note(event);
        if (event instanceof Event.Task(var _, var task)
                && !task.state().isFinal()
                && task.how().note().isEmpty()) {
            // The line below says it.
            return;
        }
        erase();
        lines.show(event);
    }

    private void note(Event event) {
        switch (event) {
            case Event.Task(var build, var task) -> {
                var label = lines.label(build, task);
                if (task.state() == TaskState.RUNNING || task.state() == TaskState.QUEUED) {
                    active.put(label, task);
                } else {
                    active.remove(label);
                }
            }
            case Event.Ended _ -> active.clear();
            case Event.Build _, Event.Output _, Event.Request _, Event.Interrupted _, Event.HungUp _ -> {}
        }
    }

    @Override
    public void tick() {
        erase();
        lines.tick();
        paint();
    }

    private void paint() {
        var now = clock.instant();
        frame++;
        var room = Math.max(1, console.rows() - 2);
        var text = new ArrayList<String>();
        active.entrySet().stream()
                .sorted((a, b) -> a.getValue().state() == b.getValue().state()
                        ? 0
                        : a.getValue().state() == TaskState.RUNNING ? -1 : 1)
                .limit(room)
                .forEach(entry -> text.add(line(entry.getKey(), entry.getValue(), now)));
        if (active.size() > room) {
            text.add("  … and %d more".formatted(active.size() - room));
        }
        painted = text.size();
        if (painted > 0) {
            console.write(console.invocation().err(), String.join("\n", text) + "\n");
        }
    }

    private String line(String label, TaskRecord task, Instant now) {
        var running = task.state() == TaskState.RUNNING;
        var mark = running ? SPINNER[(int) (frame % SPINNER.length)] : "·";
        var state = running
                ? "%s on %s".formatted(Durations.words(task.took(now)), task.worker())
                : task.how().note().isEmpty()
                        ? "queued"
                        : "waits: " + task.how().note();
        var plain = "  %s %s  %s".formatted(mark, label, state);
        var fitting = plain.length() >= console.columns()
                ? plain.substring(0, Math.max(0, console.columns() - 2)) + "…"
                : plain;
        return console.style(running ? Style.NAME : Style.FAINT, fitting);
    }

    private void erase() {
        if (painted > 0) {
            console.write(console.invocation().err(), "\u001b[%dA\r%s".formatted(painted, ERASE_BELOW));
            painted = 0;
        }
    }

    @Override
    public void gap() {
        erase();
        lines.gap();
    }

    @Override
    public void repaint() {
        painted = 0;
        tick();
    }

    @Override
    public void close() {
        erase();
        active.clear();
    }
}
