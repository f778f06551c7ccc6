// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.Suggestions;
import build.steading.yaml.Problems;
import build.steading.yaml.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Which task needs which.
final class TaskGraph {
    private final SequencedMap<String, Task> tasks;

    TaskGraph(SequencedMap<String, Task> tasks) {
        this.tasks = tasks;
    }

    /// Returns the tasks, each after those that it needs, else in the order of the file.
    ///
    /// They must not need one another in a circle.
    List<Task> inOrder() {
        var order = new LinkedHashMap<String, Task>();
        tasks.values().forEach(task -> append(task, order));
        return List.copyOf(order.values());
    }

    /// Notes needs that are of no task or lead in a circle, and returns the tasks without them.
    SequencedMap<String, Task> check(Problems problems) {
        var sound = new LinkedHashMap<String, Task>();
        for (var task : tasks.values()) {
            var needs = new ArrayList<String>();
            for (var i = 0; i < task.needs().size(); i++) {
                if (isSound(task, i, problems)) {
                    needs.add(task.needs().get(i));
                }
            }
            sound.put(task.name(), task.withNeeds(needs));
        }
        new CircleSearch(sound, problems).run();
        return sound;
    }

    private void append(Task task, Map<String, Task> order) {
        if (order.containsKey(task.name())) {
            return;
        }
        for (var need : task.needs()) {
            var needed = tasks.get(need);
            if (needed != null) {
                append(needed, order);
            }
        }
        order.put(task.name(), task);
    }

    private boolean isSound(Task task, int index, Problems problems) {
        var need = task.needs().get(index);
        var where = "/tasks/" + task.name() + "/needs/" + index;
        if (need.equals(task.name())) {
            problems.add(where, "Found `%s`, but a task cannot need itself".formatted(need));
            return false;
        }
        if (!tasks.containsKey(need)) {
            problems.add(
                    where,
                    "Found `%s`, allowed are the tasks %s%s"
                            .formatted(
                                    need, Value.quoted(tasks.keySet()), Suggestions.didYouMean(need, tasks.keySet())));
            return false;
        }
        return true;
    }

    /// Finds circles by walking down the needs, and cuts each one where it closes.
    private static final class CircleSearch {
        private final Map<String, Task> tasks;
        private final Problems problems;
        private final List<String> path = new ArrayList<>();
        private final Set<String> done = new HashSet<>();
        private final Map<String, Set<String>> cut = new HashMap<>();

        CircleSearch(Map<String, Task> tasks, Problems problems) {
            this.tasks = tasks;
            this.problems = problems;
        }

        void run() {
            tasks.keySet().forEach(this::walk);
            cut.forEach((name, needs) -> tasks.computeIfPresent(
                    name,
                    (_, task) -> task.withNeeds(task.needs().stream()
                            .filter(need -> !needs.contains(need))
                            .toList())));
        }

        private void walk(String name) {
            var task = tasks.get(name);
            if (task == null || !done.add(name)) {
                return;
            }
            path.add(name);
            for (var i = 0; i < task.needs().size(); i++) {
                var need = task.needs().get(i);
                var start = path.indexOf(need);
                if (start >= 0) {
                    cut.computeIfAbsent(name, _ -> new HashSet<>()).add(need);
                    var circle = path.subList(start, path.size()).stream()
                            .map(member -> "`" + member + "` needs ")
                            .toList();
                    problems.add(
                            "/tasks/" + name + "/needs/" + i,
                            "Found tasks that need one another in a circle: %s`%s`"
                                    .formatted(String.join("", circle), need));
                } else {
                    walk(need);
                }
            }
            path.removeLast();
        }
    }
}
