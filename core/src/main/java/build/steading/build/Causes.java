// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Why a build does not go on, in words, one line per cause.
///
/// @param build what the build as a whole waits for; empty if it has begun
/// @param tasks what its waiting tasks wait for, by their names
public record Causes(List<String> build, Map<String, List<String>> tasks) {
    /// Nothing waits.
    public static final Causes NONE = new Causes(List.of(), Map.of());

    public Causes {
        build = List.copyOf(build);
        tasks = Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
    }

    /// Returns the cause of a build that has not begun.
    static Causes turn(BuildId id, List<BuildRecord> underWay) {
        var running = 0;
        var before = 0;
        for (var other : underWay) {
            if (other.state() == BuildState.RUNNING) {
                running++;
            } else if (other.id().compareTo(id) < 0) {
                before++;
            }
        }
        var cause = "Build %s waits for its turn: %d %s, %d %s before it"
                .formatted(id, running, running == 1 ? "build runs" : "builds run", before, before == 1 ? "is" : "are");
        return new Causes(List.of(cause), Map.of());
    }

    /// Returns the causes of a build that has begun.
    static Causes of(LiveBuild build, Map<String, List<String>> needs) {
        var record = build.record();
        var executions = build.executions();
        var causes = new LinkedHashMap<String, List<String>>();
        for (var task : record.tasks()) {
            if (task.state() == TaskState.QUEUED) {
                var execution = executions.get(task.name());
                causes.put(task.name(), execution == null ? List.of(PREPARED) : execution.why());
            } else if (task.state() == TaskState.WAITING) {
                causes.put(task.name(), missing(record, needs.getOrDefault(task.name(), List.of())));
            }
        }
        causes.values().removeIf(List::isEmpty);
        return new Causes(List.of(), causes);
    }

    private static final String PREPARED = "Its inputs are being put together";

    private static List<String> missing(BuildRecord build, List<String> needs) {
        var causes = new ArrayList<String>();
        for (var task : build.tasks()) {
            if (needs.contains(task.name()) && !task.state().isFinal()) {
                causes.add("It needs `%s`, which %s".formatted(task.name(), what(task.state())));
            }
        }
        return causes.isEmpty() ? List.of(PREPARED) : causes;
    }

    private static String what(TaskState state) {
        return state == TaskState.RUNNING ? "runs" : "waits too";
    }
}
